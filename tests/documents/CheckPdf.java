import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates one PDF for every line on standard input, "flavour TAB path", until there are no more.
 * Answers with one line for every failed rule, then an empty line.
 *
 * <p>Starting takes seconds and a file takes a fraction of one, so one process checks many files.
 */
public final class CheckPdf {
    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // The validator's own remarks must not be read as answers.
        System.setOut(System.err);
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader questions =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] parts = line.split("\t", 2);
            for (String failure : failures(PDFAFlavour.byFlavourId(parts[0]), new File(parts[1]))) {
                answers.println(failure);
            }
            answers.println();
        }
    }

    private static Set<String> failures(PDFAFlavour flavour, File file) {
        Set<String> found = new LinkedHashSet<>();
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            for (TestAssertion assertion : result.getTestAssertions()) {
                if (assertion.getStatus() == TestAssertion.Status.FAILED) {
                    found.add(describe(assertion));
                }
            }
            if (result.getTotalAssertions() == 0) {
                found.add("nothing was checked");
            }
            if (found.isEmpty() && !result.isCompliant()) {
                found.add("not compliant, without a reason");
            }
        } catch (Exception problem) {
            found.add(oneLine("cannot be read as a PDF: " + problem));
        }
        return found;
    }

    private static String describe(TestAssertion assertion) {
        return oneLine(
                assertion.getRuleId().getClause()
                        + "-"
                        + assertion.getRuleId().getTestNumber()
                        + ": "
                        + assertion.getMessage());
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").trim();
    }
}
