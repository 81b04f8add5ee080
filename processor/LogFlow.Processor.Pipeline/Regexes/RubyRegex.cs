using System.Globalization;
using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>
/// Patterns in Ruby's syntax (Onigmo) as .NET's: what Logstash users write in conditions, grok, gsub and so on.
/// </summary>
/// <remarks>
/// In Ruby <c>^</c> and <c>$</c> are always anchors of lines, <c>\d \w \s</c> are ASCII, unnamed groups do not capture
/// when there are named ones. Syntax: https://github.com/k-takata/Onigmo/blob/master/doc/RE.
/// </remarks>
internal static class RubyRegex
{
    /// <summary>Makes a regex of a pattern in Ruby's syntax.</summary>
    /// <exception cref="RubyRegexException">The pattern is wrong.</exception>
    public static Regex Create(string pattern, RubyRegexOptions options, TimeSpan timeout)
    {
        var translator = new RubyRegexTranslator(pattern);
        var translated = translator.Translate();
        return CreateTranslated(translated, translator.HasNamedGroups, options, timeout);
    }

    /// <summary>Makes a regex of a pattern that has been translated.</summary>
    public static Regex CreateTranslated(string pattern, bool hasNamedGroups, RubyRegexOptions options,
        TimeSpan timeout)
    {
        var dotnet = RegexOptions.Multiline | RegexOptions.CultureInvariant
            | (options.HasFlag(RubyRegexOptions.DotAll) ? RegexOptions.Singleline : RegexOptions.None)
            | (options.HasFlag(RubyRegexOptions.IgnoreCase) ? RegexOptions.IgnoreCase : RegexOptions.None)
            | (options.HasFlag(RubyRegexOptions.Compiled) ? RegexOptions.Compiled : RegexOptions.None)
            | (hasNamedGroups ? RegexOptions.ExplicitCapture : RegexOptions.None);
        try
        {
            return new Regex(pattern, dotnet, timeout);
        }
        catch (RegexParseException e)
        {
            throw new RubyRegexException(Describe(e), e);
        }
    }

    private static string Describe(RegexParseException e)
    {
        var text = e.Error switch
        {
            RegexParseError.InsufficientClosingParentheses => "a '(' is not closed",
            RegexParseError.InsufficientOpeningParentheses => "a ')' has no '('",
            RegexParseError.UnterminatedBracket => "a '[' is not closed",
            RegexParseError.QuantifierAfterNothing => "a quantifier (* + ? {}) has nothing to repeat",
            RegexParseError.NestedQuantifiersNotParenthesized => "two quantifiers stand in a row",
            RegexParseError.ReversedCharacterRange => "a range in [] is the wrong way round",
            RegexParseError.ReversedQuantifierRange => "a range in {} is the wrong way round",
            RegexParseError.UndefinedNumberedReference => "it refers to a group that does not exist",
            RegexParseError.UndefinedNamedReference => "it refers to a group that does not exist",
            RegexParseError.UnescapedEndingBackslash => "it ends in a backslash",
            RegexParseError.UnrecognizedEscape => "it has an unknown escape",
            _ => e.Error.ToString(),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{text} (at character {e.Offset} of its expanded form)");
    }
}
