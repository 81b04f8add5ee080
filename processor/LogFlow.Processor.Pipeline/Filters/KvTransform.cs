using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>What kv does to each key or value.</summary>
internal sealed class KvTransform
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Regex? _trim;
    private readonly Regex? _remove;
    private readonly string? _transform;

    private KvTransform(Regex? trim, Regex? remove, string? transform)
    {
        _trim = trim;
        _remove = remove;
        _transform = transform;
    }

    /// <summary>Reads trim_X, remove_char_X and transform_X.</summary>
    public static KvTransform Create(PluginContext context, string what) => new(
        Characters(context, $"trim_{what}", static set => $"^[{set}]+|[{set}]+$"),
        Characters(context, $"remove_char_{what}", static set => $"[{set}]"),
        context.Settings.String($"transform_{what}"));

    /// <summary>Trims, removes, transforms: in this order.</summary>
    public string Apply(string text)
    {
        text = Remove(_remove, Remove(_trim, text));
        return _transform switch
        {
            "lowercase" => text.ToLowerInvariant(),
            "uppercase" => RubyText.Upcase(text),
            "capitalize" => RubyText.Capitalize(text),
            _ => text,
        };
    }

    private static string Remove(Regex? unwanted, string text)
    {
        if (unwanted is null || unwanted.MatchPatiently(text) is not { Success: true } match)
        {
            return text;
        }
        var builder = new StringBuilder(text.Length);
        var position = 0;
        for (; match.Success; match = match.NextMatchPatiently())
        {
            builder.Append(text, position, match.Index - position);
            position = match.Index + match.Length;
        }
        return builder.Append(text, position, text.Length - position).ToString();
    }

    // The option is the inside of a character class: it may hold ranges and escapes.
    private static Regex? Characters(PluginContext context, string setting, Func<string, string> toPattern)
    {
        if (context.Settings.String(setting) is not { Length: > 0 } set)
        {
            return null;
        }
        try
        {
            return RubyRegex.Create(toPattern(set), RubyRegexOptions.Compiled, Timeout);
        }
        catch (RubyRegexException e)
        {
            context.Error(setting, $"the characters of '{setting}' are wrong: {e.Message}");
            return null;
        }
    }
}
