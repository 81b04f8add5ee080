namespace LogFlow.Queue.Storage.Tests;

/// <summary>A clock that tests set: time passes with <see cref="NowMs"/>; <see cref="Jump"/> sets it wrong.</summary>
internal sealed class ManualTime(long nowMs) : TimeProvider
{
    private long _jumpMs;

    public long NowMs { get; set; } = nowMs;

    public override long TimestampFrequency => 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs + _jumpMs);

    public override long GetTimestamp() => NowMs;

    /// <summary>Sets the clock on the wall forward or back; no time passes.</summary>
    public void Jump(TimeSpan by) => _jumpMs += (long)by.TotalMilliseconds;
}
