using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>The settings of a pipeline, by Logstash's names.</summary>
public sealed record PipelineOptions
{
    /// <summary><c>pipeline.ecs_compatibility</c> is not <c>disabled</c>. Default: on, as in Logstash 8 (v8).</summary>
    public bool IsEcs { get; init; } = true;

    /// <summary><c>config.support_escapes</c>. Matches Logstash's default.</summary>
    public bool SupportEscapes { get; init; }

    /// <summary>Gives the value of <c>${NAME}</c>; null when there is none.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>
    /// The zone of times that name none, where no setting does: the machine's, as in Logstash.
    /// </summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Local;

    /// <summary>The clock: for events without <c>@timestamp</c>, dates without a year, throttle.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long grok and kv may look for a match at most, whatever their own options say.</summary>
    public TimeSpan MatchTimeoutMax { get; init; } = Regex.InfiniteMatchTimeout;

    /// <summary>
    /// Whether filters may read a file or folder; null: every one. A text that somebody tries must not show what is in
    /// the host's files.
    /// </summary>
    public Func<string, bool>? MayRead { get; init; }

    /// <summary>
    /// Whether variables of the environment are left unread: a text that somebody tries must not print them. In their
    /// place stands the default that the text gives, or the variable as written.
    /// </summary>
    public bool HidesVariables { get; init; }

    /// <summary>A time-out in milliseconds (0 or less: none) within <see cref="MatchTimeoutMax"/>.</summary>
    internal TimeSpan MatchTimeout(long millis)
    {
        var wanted = millis > 0
            ? TimeSpan.FromMilliseconds(Math.Min(millis, int.MaxValue - 1))
            : Regex.InfiniteMatchTimeout;
        var isWithin = MatchTimeoutMax == Regex.InfiniteMatchTimeout
            || (wanted != Regex.InfiniteMatchTimeout && wanted < MatchTimeoutMax);
        return isWithin ? wanted : MatchTimeoutMax;
    }
}
