// Prints one line a check and counts them. A check is a function that returns the problems it found:
// an empty list means that it passed, and an error that it failed, so that nothing is skipped unseen.

const SHOWN = 20;

export class Report {
  passed = 0;
  failed = 0;
  lanes = 0;

  // Runs a check. It may return its problems, or { problems, note } to add a number to its line.
  async check(name, run) {
    let problems;
    let note = "";
    try {
      const result = (await run()) ?? [];
      problems = Array.isArray(result) ? result : result.problems;
      note = result.note ?? "";
    } catch (error) {
      problems = [
        String(error.stack || error)
          .split("\n")
          .slice(0, 4)
          .join(" | "),
      ];
    }
    const line = note ? `${name} (${note})` : name;
    if (problems.length === 0) {
      this.passed += 1;
      console.log(`ok   ${line}`);
      return;
    }
    this.failed += 1;
    console.log(`FAIL ${line}`);
    for (const problem of problems.slice(0, SHOWN)) console.log(`     ${problem}`);
    if (problems.length > SHOWN) console.log(`     … and ${problems.length - SHOWN} more`);
  }

  // Adds what another report counted, where a line is the last of one.
  takeOver(line) {
    const counts = line.match(/^(\d+) passed, (\d+) failed$/);
    if (!counts) return false;
    this.passed += Number(counts[1]);
    this.failed += Number(counts[2]);
    this.lanes += 1;
    return true;
  }

  // The last line is read by machines, so it stands alone and has this form.
  end() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}
