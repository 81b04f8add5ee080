namespace LogFlow.Appliance;

/// <summary>Makes the actions of an alert.</summary>
internal static class AlertActions
{
    /// <summary>Of a configuration that was checked, in its order.</summary>
    public static IReadOnlyList<AlertAction> Of(AlertConfig config, SmtpConfig smtp, TimeProvider time) =>
    [
        .. config.Actions.Select(action => action switch
        {
            { Webhook: { } webhook } => (AlertAction)new WebhookAction(webhook),
            { Exec: { } exec } => new ExecAction(exec),
            _ => new EmailAction(action.Email!, smtp, time),
        }),
    ];
}
