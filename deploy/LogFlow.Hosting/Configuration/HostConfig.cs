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

    /// <summary>
    /// The file with the values of <c>${NAME}</c> that stand in no configuration file (command <c>keystore</c>).
    /// Not set: <c>PROGRAM.keystore</c> in the folder of the state. Matches Filebeat.
    /// </summary>
    [ConfigKey(KeystorePlace.Key)]
    public string? KeystorePath { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() =>
        StopTimeout >= TimeSpan.Zero && StopTimeout <= TimeSpan.FromDays(1)
        ? []
        : [new ConfigProblem("shutdown.timeout", "takes 0s (stop at once) to 24h")];
}
