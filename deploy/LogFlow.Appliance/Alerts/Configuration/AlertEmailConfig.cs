using LogFlow.Hosting;
using MimeKit;

namespace LogFlow.Appliance;

/// <summary>Section <c>email</c> of an action.</summary>
internal sealed class AlertEmailConfig : IValidatedConfig
{
    /// <summary>Who gets the mail.</summary>
    [ConfigKey("to")]
    public List<string> To { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() =>
        To.Count == 0 ? [new ConfigProblem("to", "must name who gets the mail")]
        : To.Find(static address => !MailboxAddress.TryParse(address, out _)) is { } unfit
            ? [new ConfigProblem("to", $"'{unfit}' is no mail address")]
            : [];
}
