using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Finds the pairs of kv: one regex over key, separator and value, as Logstash builds it from the options.
/// </summary>
internal sealed class KvScanner
{
    private readonly Regex _pairs;

    private KvScanner(Regex pairs) => _pairs = pairs;

    /// <summary>Builds the regex; null when an option's pattern is wrong, which is reported.</summary>
    public static KvScanner? Create(PluginContext context)
    {
        var settings = context.Settings;
        var fieldPattern = settings.String("field_split_pattern");
        var valuePattern = settings.String("value_split_pattern");
        var field = fieldPattern is not null ? $"(?:{fieldPattern})" : $"[{settings.String("field_split")}]";
        var value = valuePattern is not null ? $"(?:{valuePattern})" : $"[{settings.String("value_split")}]";
        var isStrict = settings.String("whitespace") == "strict";
        var millis = settings.Integer("timeout_millis");
        var timeout = millis > 0 ? TimeSpan.FromMilliseconds(millis) : Regex.InfiniteMatchTimeout;
        try
        {
            var pattern = Build(field, value, isStrict, settings.Boolean("include_brackets"));
            return new KvScanner(RubyRegex.Create(pattern, RubyRegexOptions.Compiled, timeout));
        }
        catch (RubyRegexException e)
        {
            var setting = fieldPattern is not null ? "field_split_pattern"
                : valuePattern is not null ? "value_split_pattern"
                : settings.Has("field_split") ? "field_split" : "value_split";
            context.Error(setting, $"the separators are wrong: {e.Message}");
            return null;
        }
    }

    /// <summary>The pairs of a text, in order.</summary>
    public IEnumerable<(string Key, string Value)> Scan(string text)
    {
        for (var match = _pairs.Match(text); match.Success; match = match.NextMatch())
        {
            var value = match.Groups["q"].Success ? match.Groups["q"]
                : match.Groups["s"].Success ? match.Groups["s"]
                : match.Groups["b"].Success ? match.Groups["b"]
                : match.Groups["c"].Success ? match.Groups["c"]
                : match.Groups["a"].Success ? match.Groups["a"]
                : match.Groups["v"];
            yield return (match.Groups["k"].Value, value.Value);
        }
    }

    // Quoted and bracketed values count only where the field ends behind them.
    private static string Build(string field, string value, bool isStrict, bool withBrackets)
    {
        var blank = isStrict ? string.Empty : " *";
        var separator = $"{blank}{value}{blank}";
        var end = $"(?:{field}|$)";
        var character = $@"(?:\\.|(?!{field}|{value})(?!\\).)";
        var keyCharacter = isStrict ? character : $@"(?:\\.|(?!{field}|{value}|\s)(?!\\).)";
        var quoted = @"""(?<q>[^""]*)""" + end + "|'(?<s>[^']*)'" + end;
        var brackets = withBrackets
            ? $@"|\((?<b>[^)]*)\){end}|\[(?<c>[^\]]*)\]{end}|<(?<a>[^>]*)>{end}"
            : string.Empty;
        return $"(?<k>{keyCharacter}+){separator}(?:{quoted}{brackets}|(?<v>(?:(?!{field}).)*){end})";
    }
}
