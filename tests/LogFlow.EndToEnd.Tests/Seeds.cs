using System.Globalization;
using Xunit.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>Seeds of random tests: printed, and taken from LOGFLOW_SEED to repeat a run.</summary>
internal static class Seeds
{
    /// <summary>A seed for this run, written to the test's output.</summary>
    public static int Next(ITestOutputHelper output)
    {
        var configured = Environment.GetEnvironmentVariable("LOGFLOW_SEED");
        var seed = string.IsNullOrEmpty(configured)
            ? Random.Shared.Next()
            : int.Parse(configured, CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed} (repeat with LOGFLOW_SEED={seed})");
        return seed;
    }

    /// <summary>A size that a longer run raises through an environment variable.</summary>
    public static int Size(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var size)
            ? size
            : usual;
}
