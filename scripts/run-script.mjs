/**
 * Runs a script's `main`. What the script refuses, and what the system does (no such file, a program that ended with an error), is one
 * sentence and exit code 1; a fault of the script itself (TypeError and the like) keeps its stack.
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    const isExpected =
      error?.constructor === Error || typeof error?.code === 'string' || typeof error?.status === 'number';
    if (!isExpected) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
