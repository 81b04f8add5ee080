using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>Two brokers' answers to one conversation.</summary>
internal static class Transcripts
{
    /// <summary>Writes both side by side, so that a difference is seen in its place, and wants them the same.</summary>
    public static void AssertAlike(List<string> theirs, List<string> ours, ITestOutputHelper output)
    {
        for (var i = 0; i < Math.Max(theirs.Count, ours.Count); i++)
        {
            var (left, right) = (theirs.ElementAtOrDefault(i), ours.ElementAtOrDefault(i));
            output.WriteLine(left == right ? $"  {left}" : $"K {left}\nQ {right}");
        }

        Assert.Equal(theirs, ours);
    }
}
