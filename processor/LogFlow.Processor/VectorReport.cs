using LogFlow.Processor.Pipeline;

namespace LogFlow.Processor;

/// <summary><c>logflow-processor test FILE...</c>: runs test vectors and tells what differs.</summary>
internal static class VectorReport
{
    /// <summary>
    /// Runs all vectors of all files. Returns the exit code: 0 only where all that this machine can run passed, and
    /// there was one. A vector that LogFlow lacks a plugin or an option for has not passed.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static int Run(IReadOnlyList<string> files, TextWriter output)
    {
        var runner = new VectorRunner(PluginRegistry.CreateDefault());
        var counts = new int[Enum.GetValues<VectorOutcome>().Length];
        var causes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var result in runner.RunFile(file))
            {
                counts[(int)result.Outcome]++;
                if (result.Outcome == VectorOutcome.Passed)
                {
                    continue;
                }

                output.WriteLine($"{result.Outcome.ToString().ToLowerInvariant()} {result.Id}: {result.Message}");
                if (result.Outcome is VectorOutcome.Unsupported or VectorOutcome.Skipped)
                {
                    causes[result.Message] = causes.GetValueOrDefault(result.Message) + 1;
                }
            }
        }

        foreach (var (cause, count) in causes.OrderByDescending(static cause => cause.Value))
        {
            output.WriteLine($"{count} x {cause}");
        }

        var passed = counts[(int)VectorOutcome.Passed];
        var failed = counts[(int)VectorOutcome.Failed];
        var unsupported = counts[(int)VectorOutcome.Unsupported];
        var skipped = counts[(int)VectorOutcome.Skipped];
        output.WriteLine($"{passed} passed, {failed} failed, {unsupported} not supported, {skipped} skipped");
        return failed > 0 || unsupported > 0 || passed == 0 ? 1 : 0;
    }
}
