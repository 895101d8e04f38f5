// Builds the folder the service serves as /static: one stylesheet, one script, fonts, icon.
// usage: node build.mjs OUT    (scripts/build-assets does this when something has changed)
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NodePackageImporter, compileAsync } from "sass";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGES = join(HERE, "node_modules");
const GENERIC_FAMILIES = ["serif", "sans-serif", "monospace", "system-ui", "ui-sans-serif"];
const WEIGHTS = { 400: "Regular", 600: "Semibold", 700: "Bold" };
const SUBSETS = ["latin-ext", "latin"];
// For the letters of names and the signs that the font of documents has not, each by its own name.
const OTHER_LETTERS = [
  { family: "Noto Sans Arabic", name: "noto-sans-arabic", piece: "arabic", weights: [400, 700] },
  { family: "Noto Sans Hebrew", name: "noto-sans-hebrew", piece: "hebrew", weights: [400, 700] },
  { family: "Noto Emoji", name: "noto-emoji", piece: "emoji", weights: [400] },
];

// The same defaults as config.py, which the tests compare.
const DEFAULT_FONT = "Source Sans 3, Arial, sans-serif";
const DEFAULT_COLOUR = "#00576d";

class SettingError extends Error {}

function councilColour(value) {
  if (!/^#[0-9a-f]{6}$/i.test(value)) {
    throw new SettingError(`COUNCIL_COLOUR is “${value}”. Write it as # and six digits, like ${DEFAULT_COLOUR}`);
  }
  const contrast = 1.05 / (luminance(value) + 0.05);
  if (contrast < 4.5) {
    throw new SettingError(
      `COUNCIL_COLOUR ${value} has a contrast of ${contrast.toFixed(2)} with white; ` +
        "people need at least 4.5 to read links and buttons. Choose a darker shade",
    );
  }
  return value.toLowerCase();
}

// Relative luminance as WCAG 2.2 defines it.
function luminance(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function councilFont(value) {
  const families = value.split(",").map((family) => family.trim().replace(/^(["'])(.*)\1$/, "$2"));
  for (const family of families) {
    if (!/^[\p{L}\p{N} _.-]+$/u.test(family)) {
      throw new SettingError(`COUNCIL_FONT is “${value}”. Write font names with commas, like ${DEFAULT_FONT}`);
    }
    if (/gds ?transport/i.test(family)) {
      throw new SettingError("COUNCIL_FONT names GDS Transport, which only GOV.UK may use. Choose another font");
    }
  }
  return families.map((family) => (GENERIC_FAMILIES.includes(family) ? family : `"${family}"`)).join(", ");
}

// What the style sheets read as "council:settings".
function councilSettings(font, colour) {
  return {
    canonicalize: (url) => (url === "council:settings" ? new URL(url) : null),
    load: () => ({ contents: `$font-family: ${font};\n$colour: ${colour};\n`, syntax: "scss" }),
  };
}

async function buildStyle(out, font, colour) {
  const { css } = await compileAsync(join(HERE, "sass/app.scss"), {
    style: "compressed",
    importers: [new NodePackageImporter(HERE), councilSettings(font, colour)],
    quietDeps: true,
  });
  await writeFile(join(out, "app.css"), `${css}\n`);
}

async function buildScript(out) {
  const library = await readFile(join(PACKAGES, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), "utf8");
  // The map is not served, so a browser's tools would report it missing on every page.
  const scripts = { "govuk-frontend.min.js": library.replace(/\/\/# sourceMappingURL=.*\s*$/, "\n") };
  for (const name of await readdir(join(HERE, "js"))) {
    scripts[name] = await readFile(join(HERE, "js", name), "utf8");
  }
  // Browsers keep what they fetched, so what a script imports has another address when any changes.
  const version = createHash("sha256").update(JSON.stringify(scripts)).digest("hex").slice(0, 12);
  for (const [name, script] of Object.entries(scripts)) {
    const versioned = script.replace(/^(import .*"\.\/[\w.-]+\.js)"/gm, `$1?v=${version}"`);
    await writeFile(join(out, name), versioned);
  }
}

// Two cuts of the same font. For the screen, small pieces that a browser fetches as it needs them.
// For paper, whole: WeasyPrint mixes up pieces with one name, and Łódź and dŵr lose their letters.
async function buildFonts(out) {
  const pieces = join(PACKAGES, "@fontsource/source-sans-3/files");
  const whole = join(PACKAGES, "source-sans/WOFF/TTF");
  const faces = [];
  await mkdir(join(out, "fonts"), { recursive: true });
  for (const [weight, name] of Object.entries(WEIGHTS)) {
    for (const subset of SUBSETS) {
      const file = `source-sans-3-${subset}-${weight}`;
      await cp(join(pieces, `${file}-normal.woff2`), join(out, `fonts/${file}.woff2`));
    }
    const file = `source-sans-3-${weight}.woff`;
    await cp(join(whole, `SourceSans3-${name}.ttf.woff`), join(out, "fonts", file));
    faces.push(face("Source Sans 3", weight, file));
  }
  for (const { family, name, piece, weights } of OTHER_LETTERS) {
    for (const weight of weights) {
      const file = `${name}-${weight}.woff`;
      const kept = join(PACKAGES, "@fontsource", name, "files", `${name}-${piece}-${weight}-normal.woff`);
      await cp(kept, join(out, "fonts", file));
      faces.push(face(family, weight, file));
    }
    await cp(join(PACKAGES, "@fontsource", name, "LICENSE"), join(out, `fonts/LICENCE-${name}.txt`));
  }
  await writeFile(join(out, "document-fonts.css"), `${faces.join("\n")}\n`);
  // The licence asks to travel with the font.
  await cp(join(PACKAGES, "source-sans/LICENSE.md"), join(out, "fonts/LICENCE.txt"));
}

function face(family, weight, file) {
  return (
    `@font-face{font-family:"${family}";font-style:normal;font-weight:${weight};` +
    `src:url("fonts/${file}") format("woff")}`
  );
}

async function buildIcons(out, colour) {
  const icon = await readFile(join(HERE, "icons/favicon.svg"), "utf8");
  await writeFile(join(out, "favicon.svg"), icon.replaceAll(DEFAULT_COLOUR, colour));
}

async function build(out) {
  const font = councilFont(process.env.COUNCIL_FONT || DEFAULT_FONT);
  const colour = councilColour(process.env.COUNCIL_COLOUR || DEFAULT_COLOUR);
  await mkdir(out, { recursive: true });
  await buildFonts(out);
  await buildIcons(out, colour);
  await buildScript(out);
  await buildStyle(out, font, colour);
}

try {
  await build(process.argv[2]);
} catch (problem) {
  if (!(problem instanceof SettingError)) throw problem;
  console.error(`${problem.message}.`);
  process.exitCode = 1;
}
