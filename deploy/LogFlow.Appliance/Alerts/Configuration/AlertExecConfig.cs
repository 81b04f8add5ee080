using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>Section <c>exec</c> of an action.</summary>
internal sealed class AlertExecConfig : IValidatedConfig
{
    /// <summary>
    /// The program and its arguments, as they are: no shell reads them. It gets <c>LOGFLOW_ALERT_*</c> in its
    /// environment, and the JSON of a webhook on its standard input.
    /// </summary>
    [ConfigKey("command")]
    public List<string> Command { get; set; } = [];

    /// <summary>How long it may run; then it is ended, with all that it has started.</summary>
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() =>
        Command is not [{ Length: > 0 }, ..] || Command.Exists(static word => word.Contains('\0'))
            ? [new ConfigProblem("command", "takes a program and its arguments, as a list: [/usr/local/bin/page, ops]")]
            : Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromHours(1)
                ? [new ConfigProblem("timeout", "takes more than 0s, and 1h at most")]
                : [];
}
