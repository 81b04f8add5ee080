namespace LogFlow.Hosting;

/// <summary>A part's answer to a health check: whether it is ready, and in one sentence why not.</summary>
public readonly record struct HealthReport(bool IsReady, string Detail)
{
    /// <summary>The part does its work.</summary>
    public static HealthReport Ready { get; } = new(true, "ok");
}
