using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Agent;

/// <summary><c>include_message</c>: only messages that match one of the patterns go on.</summary>
internal sealed class IncludeStage(IncludeMessageConfig config) : ParserStage
{
    private readonly Regex[] _patterns = LinePattern.CompileAll(config.Patterns);

    /// <inheritdoc/>
    public override void Feed(AssembledMessage message)
    {
        var text = Encoding.UTF8.GetString(message.Text);
        if (Array.Exists(_patterns, pattern => pattern.IsMatch(text)))
        {
            Next(message);
        }
        else
        {
            Release(message);
        }
    }
}
