namespace LogFlow.Processor.Pipeline;

/// <summary>What kv does to each key or value.</summary>
internal sealed class KvTransform
{
    private readonly Func<char, bool>? _trim;
    private readonly Func<char, bool>? _remove;
    private readonly string? _transform;

    private KvTransform(Func<char, bool>? trim, Func<char, bool>? remove, string? transform)
    {
        _trim = trim;
        _remove = remove;
        _transform = transform;
    }

    /// <summary>Reads trim_X, remove_char_X and transform_X.</summary>
    public static KvTransform Create(PluginContext context, string what) => new(
        Characters(context, $"trim_{what}"),
        Characters(context, $"remove_char_{what}"),
        context.Settings.String($"transform_{what}"));

    public string Apply(string text)
    {
        if (_remove is not null)
        {
            text = string.Concat(text.Where(c => !_remove(c)));
        }
        if (_trim is not null)
        {
            var start = 0;
            var end = text.Length;
            while (start < end && _trim(text[start]))
            {
                start++;
            }
            while (end > start && _trim(text[end - 1]))
            {
                end--;
            }
            text = text[start..end];
        }
        return _transform switch
        {
            "lowercase" => text.ToLowerInvariant(),
            "uppercase" => text.ToUpperInvariant(),
            "capitalize" => RubyText.Capitalize(text),
            _ => text,
        };
    }

    // The option is the inside of a character class: it may hold ranges and escapes.
    private static Func<char, bool>? Characters(PluginContext context, string setting)
    {
        if (context.Settings.String(setting) is not { Length: > 0 } set)
        {
            return null;
        }
        try
        {
            var regex = RubyRegex.Create($"[{set}]", RubyRegexOptions.None, TimeSpan.FromSeconds(1));
            return c => regex.IsMatch([c]);
        }
        catch (RubyRegexException e)
        {
            context.Error(setting, $"the characters of '{setting}' are wrong: {e.Message}");
            return null;
        }
    }
}
