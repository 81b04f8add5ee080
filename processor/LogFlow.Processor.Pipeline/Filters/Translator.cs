using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Looks texts up in a dictionary, in one of the four ways of translate. Immutable.</summary>
internal sealed class Translator
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, EventValue> _entries;
    private readonly (Regex Pattern, EventValue Value)[] _patterns = [];
    private readonly Regex? _union;
    private readonly bool _exact;
    private readonly bool _regex;

    /// <summary>Takes the entries, in order.</summary>
    /// <exception cref="RubyRegexException">A key is no pattern.</exception>
    public Translator(IReadOnlyList<(string Key, EventValue Value)> entries, bool exact, bool regex)
    {
        _exact = exact;
        _regex = regex;
        _entries = new Dictionary<string, EventValue>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            _entries[key] = value;
        }
        if (regex)
        {
            _patterns = [.. entries.Select(e => (RubyRegex.Create(e.Key, RubyRegexOptions.None, Timeout), e.Value))];
        }
        if (!exact && entries.Count > 0)
        {
            var keys = entries.Select(e => regex ? $"(?:{e.Key})" : Regex.Escape(e.Key));
            _union = RubyRegex.Create(string.Join('|', keys), RubyRegexOptions.Compiled, Timeout);
        }
    }

    /// <summary>The translation; missing when there is none.</summary>
    public EventValue Translate(string text)
    {
        if (_exact)
        {
            return _regex ? First(text) : _entries.GetValueOrDefault(text);
        }
        if (_union is null || !_union.IsMatchPatiently(text))
        {
            return EventValue.Missing;
        }
        var builder = new StringBuilder(text.Length);
        var position = 0;
        for (var match = _union.MatchPatiently(text); match.Success; match = match.NextMatchPatiently())
        {
            builder.Append(text, position, match.Index - position);
            builder.Append((_regex ? First(match.Value) : _entries.GetValueOrDefault(match.Value)).ToText());
            position = match.Index + match.Length;
        }
        return EventValue.Of(builder.Append(text, position, text.Length - position).ToString());
    }

    private EventValue First(string text)
    {
        foreach (var (pattern, value) in _patterns)
        {
            if (pattern.IsMatchPatiently(text))
            {
                return value;
            }
        }
        return EventValue.Missing;
    }
}
