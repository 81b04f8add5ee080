using System.Text.RegularExpressions;
using LogFlow.Platform;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Whether a match that ran out of time is tried again. .NET measures the time on the wall: on a busy host, or after
/// the process was stopped for a while, a match may end that has hardly run. So it is tried once more, and again for
/// as long as the thread did not get to use the time; a pattern that does use it is slow indeed.
/// Costs nothing while matches end in time.
/// </summary>
/// <param name="clock">The thread's processor time; null: the real one.</param>
internal struct MatchPatience(Func<TimeSpan?>? clock = null)
{
    /// <summary>A host that gives a thread less than half its time in so many attempts is not going to.</summary>
    private const int RetriesMax = 20;

    private TimeSpan? _usedBefore;
    private int _retries;

    /// <summary>Asked, by the thread that matched, when it ran out of time.</summary>
    public bool MayRetry(RegexMatchTimeoutException timeout)
    {
        var used = clock is null ? ThreadCpuTime.Now : clock();
        var spent = used - _usedBefore;
        _usedBefore = used;

        // The first attempt was not measured: that would cost every match.
        return _retries++ == 0 || (spent < timeout.MatchTimeout / 2 && _retries <= RetriesMax);
    }
}
