using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Ruby's <c>gsub</c> with a pattern and a replacement that may hold <c>%{field}</c> and <c>\1</c>.</summary>
internal sealed class RubySubstitution
{
    private const int DynamicPatternsMax = 256;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Regex? _pattern;
    private readonly EventTemplate _patternTemplate;
    private readonly EventTemplate _replacement;
    private readonly ConcurrentDictionary<string, Regex> _dynamicPatterns = new(StringComparer.Ordinal);

    private RubySubstitution(Regex? pattern, EventTemplate patternTemplate, EventTemplate replacement)
    {
        _pattern = pattern;
        _patternTemplate = patternTemplate;
        _replacement = replacement;
    }

    /// <summary>Compiles a substitution; null when the pattern is wrong, which is reported.</summary>
    public static RubySubstitution? Create(PluginContext context, ConfigValue pattern, ConfigValue replacement)
    {
        var template = context.Template(pattern);
        try
        {
            var regex = template.IsLiteral ? CreateRegex(pattern.Text!) : null;
            return new RubySubstitution(regex, template, context.Template(replacement));
        }
        catch (RubyRegexException e)
        {
            context.Error(pattern.Span, $"the pattern /{pattern.Text}/ is wrong: {e.Message}");
            return null;
        }
    }

    /// <summary>The text with every match replaced; the same object when nothing matches.</summary>
    public string Replace(string text, Event source, EventTimestamp now)
    {
        var regex = _pattern ?? DynamicPattern(_patternTemplate.Format(source, now));
        var match = regex.MatchPatiently(text);
        if (!match.Success)
        {
            return text;
        }
        var replacement = _replacement.Format(source, now);
        var builder = new StringBuilder(text.Length + replacement.Length);
        var position = 0;
        for (; match.Success; match = match.NextMatchPatiently())
        {
            builder.Append(text, position, match.Index - position);
            AppendReplacement(builder, replacement, match, text);
            position = match.Index + match.Length;
        }
        return builder.Append(text, position, text.Length - position).ToString();
    }

    private static Regex CreateRegex(string pattern) => RubyRegex.Create(pattern, RubyRegexOptions.Compiled, Timeout);

    // \0 to \9, \k<name>, \& (the match), \` (before), \' (behind), \\.
    private static void AppendReplacement(StringBuilder builder, string replacement, Match match, string text)
    {
        for (var i = 0; i < replacement.Length; i++)
        {
            var c = replacement[i];
            if (c != '\\' || i + 1 == replacement.Length)
            {
                builder.Append(c);
                continue;
            }
            var next = replacement[++i];
            switch (next)
            {
                case >= '0' and <= '9':
                    builder.Append(match.Groups[next - '0'].ValueSpan);
                    break;
                case '&':
                    builder.Append(match.ValueSpan);
                    break;
                case '`':
                    builder.Append(text, 0, match.Index);
                    break;
                case '\'':
                    builder.Append(text, match.Index + match.Length, text.Length - match.Index - match.Length);
                    break;
                case '\\':
                    builder.Append('\\');
                    break;
                case 'k' when i + 1 < replacement.Length && replacement[i + 1] == '<'
                    && replacement.IndexOf('>', i) is > 0 and var close:
                    builder.Append(match.Groups[replacement[(i + 2)..close]].ValueSpan);
                    i = close;
                    break;
                default:
                    builder.Append('\\').Append(next);
                    break;
            }
        }
    }

    private Regex DynamicPattern(string pattern)
    {
        if (_dynamicPatterns.TryGetValue(pattern, out var known))
        {
            return known;
        }
        Regex regex;
        try
        {
            regex = RubyRegex.Create(pattern, RubyRegexOptions.None, Timeout);
        }
        catch (RubyRegexException e)
        {
            throw new MutateException(string.Create(CultureInfo.InvariantCulture,
                $"the pattern /{pattern}/ is wrong: {e.Message}"));
        }
        if (_dynamicPatterns.Count < DynamicPatternsMax)
        {
            _dynamicPatterns.TryAdd(pattern, regex);
        }
        return regex;
    }
}
