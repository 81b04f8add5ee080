namespace LogFlow.Hosting;

/// <summary>Keys that every executable has beside its own.</summary>
public sealed class HostConfig : IValidatedConfig
{
    /// <summary>
    /// How long parts may take to finish what they accepted once a stop was asked for; then they are stopped at once,
    /// and nothing is lost either way. Matches Kubernetes' terminationGracePeriodSeconds.
    /// </summary>
    [ConfigKey("shutdown.timeout")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() =>
        StopTimeout >= TimeSpan.Zero && StopTimeout <= TimeSpan.FromDays(1)
        ? []
        : [new ConfigProblem("shutdown.timeout", "takes 0s (stop at once) to 24h")];
}
