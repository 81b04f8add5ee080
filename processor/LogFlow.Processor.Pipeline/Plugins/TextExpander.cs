using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Replaces escapes (when the pipeline wants them) and <c>${NAME:default}</c> in strings.</summary>
internal sealed partial class TextExpander(PipelineOptions options, List<PipelineDiagnostic> diagnostics)
{
    /// <summary>The text that a string stands for.</summary>
    /// <param name="text">What stands between the quotes.</param>
    /// <param name="span">Where the string stands.</param>
    /// <param name="isWhole">Whether the string is one variable and nothing else.</param>
    public string Expand(string text, SourceSpan span, out bool isWhole)
    {
        isWhole = false;
        if (options.SupportEscapes && text.Contains('\\', StringComparison.Ordinal))
        {
            text = Unescape(text);
        }
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }
        var match = Variable().Match(text);
        isWhole = match.Success && match.Length == text.Length;
        return Variable().Replace(text, found => Resolve(found, span));
    }

    private string Resolve(Match variable, SourceSpan span)
    {
        if (options.HidesVariables)
        {
            return variable.Groups["default"] is { Success: true } given ? given.Value : variable.Value;
        }
        var name = variable.Groups["name"].Value;
        var value = options.Environment(name);
        if (value is not null)
        {
            return value;
        }
        if (variable.Groups["default"].Success)
        {
            return variable.Groups["default"].Value;
        }
        diagnostics.Add(new PipelineDiagnostic(
            span,
            $"the environment variable '{name}' is not set",
            $"set it, put it into the keystore, or give a default: ${{{name}:value}}"));
        return string.Empty;
    }

    private static string Unescape(string text)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                builder.Append(text[i]);
                continue;
            }
            var escaped = text[++i];
            _ = escaped switch
            {
                '"' or '\'' or '\\' => builder.Append(escaped),
                'n' => builder.Append('\n'),
                'r' => builder.Append('\r'),
                't' => builder.Append('\t'),
                '0' => builder.Append('\0'),
                _ => builder.Append('\\').Append(escaped),
            };
        }
        return builder.ToString();
    }

    [GeneratedRegex(@"\$\{(?<name>[a-zA-Z_.][a-zA-Z0-9_.]*)(:(?<default>[^}]*))?\}")]
    private static partial Regex Variable();
}
