using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Finds the pairs of kv: one regex over key, separator and value, as Logstash builds it from the options.
/// </summary>
internal sealed class KvScanner
{
    private readonly Regex _pairs;
    private readonly Regex _separator;

    private KvScanner(Regex pairs, Regex separator)
    {
        _pairs = pairs;
        _separator = separator;
    }

    /// <summary>Builds the regex; null when an option's pattern is wrong, which is reported.</summary>
    public static KvScanner? Create(PluginContext context)
    {
        var settings = context.Settings;
        var fieldPattern = settings.String("field_split_pattern");
        var valuePattern = settings.String("value_split_pattern");
        var timeout = context.Options.MatchTimeout(settings.Integer("timeout_millis"));
        try
        {
            var (pairs, separator) = Build(
                settings, fieldPattern, valuePattern, settings.String("whitespace") == "strict");
            return new KvScanner(
                RubyRegex.Create(pairs, RubyRegexOptions.Compiled, timeout),
                RubyRegex.Create(separator, RubyRegexOptions.Compiled, timeout));
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
        if (!_separator.IsMatchPatiently(text))
        {
            yield break;
        }
        for (var match = _pairs.MatchPatiently(text); match.Success; match = match.NextMatchPatiently())
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

    /// <summary>
    /// Keys and values are characters other than those that end them; a backslash takes the character behind it along.
    /// They are as long as can be, so blanks before a separator belong to the key. The separators are character classes
    /// unless a pattern is given: then a key ends where a separator begins to match.
    /// </summary>
    private static (string Pairs, string Separator) Build(
        PluginSettings settings, string? fieldPattern, string? valuePattern, bool isStrict)
    {
        var fieldClass = settings.String("field_split");
        var valueClass = settings.String("value_split");
        var field = fieldPattern is not null ? $"(?:{fieldPattern})" : $"[{fieldClass}]";
        var value = valuePattern is not null ? $"(?:{valuePattern})" : $"[{valueClass}]";
        var separator = isStrict ? value : $" *{value} *";
        var key = fieldPattern is not null || valuePattern is not null
            ? Until($"(?:{separator}|{field})")
            : Except(valueClass + fieldClass);
        var brackets = settings.Boolean("include_brackets")
            ? $@"|\({Quoted("b", @"\)")}\)|\[{Quoted("c", @"\]")}\]|<{Quoted("a", ">")}>"
            : string.Empty;
        var plain = fieldPattern is not null ? Until(field) : Except(fieldClass!);
        var quoted = $"\"{Quoted("q", "\"")}\"|'{Quoted("s", "'")}'{brackets}";
        return ($"(?<k>{key}){separator}(?:{quoted}|(?<v>{plain}))?(?:{field}|$)", separator);
    }

    private static string Quoted(string group, string close) => $"(?<{group}>{Except(close)})?";

    private static string Except(string characters) => $@"(?:\\.|[^{characters}])+";

    private static string Until(string pattern) => $@"(?:(?!{pattern})(?:\\.|.))+";
}
