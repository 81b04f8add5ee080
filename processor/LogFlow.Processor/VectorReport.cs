using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary><c>logflow-processor test FILE...</c>: runs test vectors and tells what differs.</summary>
internal static class VectorReport
{
    /// <summary>
    /// Runs all vectors of all files. Returns the exit code: 1 where one failed, or where there was none.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static int Run(IReadOnlyList<string> files, TextWriter output)
    {
        var runner = new VectorRunner(PluginRegistry.CreateDefault());
        var counts = new int[Enum.GetValues<VectorOutcome>().Length];
        foreach (var file in files)
        {
            foreach (var result in runner.RunFile(file))
            {
                counts[(int)result.Outcome]++;
                if (result.Outcome != VectorOutcome.Passed)
                {
                    output.WriteLine($"{result.Outcome.ToString().ToLowerInvariant()} {result.Id}: {result.Message}");
                }
            }
        }

        var passed = counts[(int)VectorOutcome.Passed];
        var failed = counts[(int)VectorOutcome.Failed];
        output.WriteLine($"{passed} passed, {failed} failed, {counts[(int)VectorOutcome.Skipped]} skipped");
        return failed > 0 || passed == 0 ? 1 : 0;
    }
}
