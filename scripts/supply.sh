# shellcheck shell=bash
# What scripts/test asks about what the service is made of. Sourced, never run.

# Known vulnerabilities stop the run. Where nobody can be asked, that is said and the run goes on.
audit_dependencies() {
    local answer
    answer="$(mktemp)"
    timeout 40 "$VENV/bin/pip-audit" -r "$ROOT/requirements.txt" --no-deps --disable-pip \
        --format json --timeout 10 --progress-spinner off >"$answer" 2>"$answer.said" || true
    "$VENV/bin/python" - "$answer" <<'PYTHON'
import json
import pathlib
import sys

try:
    asked = json.loads(pathlib.Path(sys.argv[1]).read_text())["dependencies"]
except (ValueError, KeyError):
    print("    ! Dependencies were NOT audited: the advisory service gave no answer.")
    sys.exit()
skipped = [each for each in asked if "skip_reason" in each]
if asked and len(skipped) == len(asked):
    why = skipped[0]["skip_reason"].rpartition(":")[0] or skipped[0]["skip_reason"]
    print(f"    ! Dependencies were NOT audited: of all {len(asked)} the advisory service says “{why}”.")
elif skipped:
    print("    ! Not audited, as the advisory service does not know them: "
          + ", ".join(each["name"] for each in skipped))
found = [(each, flaw) for each in asked for flaw in each.get("vulns", ())]
for each, flaw in found:
    fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
    print(f"    {each['name']} {each['version']}: {flaw['id']}, mended in {fixed}")
if not found and len(skipped) < len(asked):
    print(f"    {len(asked) - len(skipped)} dependencies have no known vulnerability")
sys.exit(bool(found))
PYTHON
    local status=$?
    rm -f "$answer" "$answer.said"
    return "$status"
}

# Keys and passwords in what is kept in git, but for those looked at in .secrets.baseline. Tests are
# full of made-up ones and are left out, as are files that tools made.
find_secrets() {
    git -C "$ROOT" ls-files -z |
        grep -zvE '^tests/|(^|/)(package-lock\.json|\.secrets\.baseline)$|^audit_app/static/|\.(png|svg|woff2?|pdf|xlsx)$' |
        xargs -0 -n 200 -P "$(nproc)" "$VENV/bin/detect-secrets-hook" --no-verify \
            --baseline "$ROOT/.secrets.baseline"
}
