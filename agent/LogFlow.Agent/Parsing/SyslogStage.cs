using System.Text;

namespace LogFlow.Agent;

/// <summary><c>syslog</c>: each message is taken apart; what is none goes on as it is.</summary>
/// <param name="config">Its settings.</param>
/// <param name="isInput">It is the input <c>syslog</c>, whose events have that one's older fields as well.</param>
internal sealed class SyslogStage(SyslogConfig config, bool isInput = false) : ParserStage
{
    private readonly SyslogReader _reader = new(config.Format, config.Timezone);

    /// <inheritdoc/>
    public override void Feed(AssembledMessage message)
    {
        if (_reader.TryRead(Encoding.UTF8.GetString(message.Text), out var parsed, out var problem))
        {
            message.Timestamp = parsed.Timestamp ?? message.Timestamp;
            (message.Fields ??= new EventObject()).Merge(parsed.ToFields(), overwrites: true);
            if (isInput)
            {
                message.Fields.Merge(parsed.ToInputFields(), overwrites: true);
            }

            message.Replace(Encoding.UTF8.GetBytes(parsed.Message));
        }
        else if (config.AddErrorKey)
        {
            message.Error = $"Error parsing syslog message: {problem}";
        }

        Next(message);
    }
}
