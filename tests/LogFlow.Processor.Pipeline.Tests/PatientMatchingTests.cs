using System.Text.RegularExpressions;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>A busy host is no slow pattern.</summary>
public sealed class PatientMatchingTests
{
    private static readonly RegexMatchTimeoutException OneSecond = new("text", "pattern", TimeSpan.FromSeconds(1));

    [Fact]
    public void Patience_WhereTheThreadDidNotRun_TriesOnAndEndsAtLast()
    {
        var used = TimeSpan.Zero;
        var patience = new MatchPatience(() => used += TimeSpan.FromMilliseconds(50));
        var tries = 0;
        while (patience.MayRetry(OneSecond))
        {
            tries++;
        }

        Assert.Equal(20, tries);
    }

    [Fact]
    public void Patience_WhereTheThreadUsedTheTime_TriesOnce()
    {
        var used = TimeSpan.Zero;
        var patience = new MatchPatience(() => used += TimeSpan.FromMilliseconds(900));

        Assert.True(patience.MayRetry(OneSecond));
        Assert.False(patience.MayRetry(OneSecond));
    }

    [Fact]
    public void Patience_WhereTheSystemDoesNotTell_TriesOnce()
    {
        var patience = new MatchPatience(static () => null);

        Assert.True(patience.MayRetry(OneSecond));
        Assert.False(patience.MayRetry(OneSecond));
    }

    [Fact]
    public void ThreadCpuTime_CountsWhatTheThreadDid()
    {
        var before = ThreadCpuTime.Now!.Value;
        var sum = 0.0;
        while (ThreadCpuTime.Now!.Value - before < TimeSpan.FromMilliseconds(20))
        {
            sum += Math.Sqrt(sum + 1);
        }

        var worked = ThreadCpuTime.Now!.Value;
        using var never = new ManualResetEventSlim();
        Assert.False(never.Wait(TimeSpan.FromMilliseconds(200)));
        Assert.InRange(ThreadCpuTime.Now!.Value - worked, TimeSpan.Zero, TimeSpan.FromMilliseconds(150));
    }

    /// <summary>A pattern that is slow indeed ends, and says so.</summary>
    [Fact]
    public void Match_OfASlowPattern_StillTimesOut()
    {
        var slow = new Regex("^(a+)+$", RegexOptions.None, TimeSpan.FromMilliseconds(20));

        Assert.Throws<RegexMatchTimeoutException>(() => slow.IsMatchPatiently(new string('a', 40) + "!"));
        Assert.Throws<RegexMatchTimeoutException>(() => slow.MatchPatiently(new string('a', 40) + "!"));
    }
}
