using LogFlow.Hosting;

namespace LogFlow.Appliance;

/// <summary>One action of an alert: exactly one of the sections.</summary>
internal sealed class AlertActionConfig : IValidatedConfig
{
    /// <summary>Posts JSON to an address.</summary>
    [ConfigKey("webhook")]
    public AlertWebhookConfig? Webhook { get; set; }

    /// <summary>Runs a program.</summary>
    [ConfigKey("exec")]
    public AlertExecConfig? Exec { get; set; }

    /// <summary>Sends a mail by the server that <c>smtp</c> names.</summary>
    [ConfigKey("email")]
    public AlertEmailConfig? Email { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() =>
        new object?[] { Webhook, Exec, Email }.Count(static section => section is not null) == 1
            ? []
            : [new ConfigProblem("", "an action is exactly one of 'webhook', 'exec' and 'email'")];
}
