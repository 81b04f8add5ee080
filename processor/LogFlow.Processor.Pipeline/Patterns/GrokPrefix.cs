using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Finds how much of a grok pattern matches a text that does not match it.</summary>
internal sealed class GrokPrefix(PatternLibrary library, bool namedOnly, TimeSpan timeout, Matcher matcher)
{
    /// <summary>The longest beginning of the pattern that the text still matches; null: none is known.</summary>
    /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
    public FailureReason? Find(string pattern, string text)
    {
        try
        {
            return Search(pattern, GrokPieces.Ends(pattern), text);
        }
        catch (GrokException)
        {
            // A beginning that is no pattern by itself: nothing can be said of where it stops.
            return null;
        }
    }

    private FailureReason? Search(string pattern, IReadOnlyList<int> ends, string text)
    {
        var (start, end) = (0, 0);
        if (ends.Count < 2 || TryMatch(pattern, text, ref start, ref end))
        {
            return null;
        }
        // What matches a longer beginning matches a shorter one, so the last one that matches is found by halves.
        var (matching, failing) = (0, ends.Count);
        while (failing - matching > 1)
        {
            var middle = (matching + failing) / 2;
            if (TryMatch(pattern[..ends[middle - 1]], text, ref start, ref end))
            {
                matching = middle;
            }
            else
            {
                failing = middle;
            }
        }
        return new FailureReason(pattern)
        {
            Subject = text,
            Start = start,
            End = end,
            Wanted = GrokPieces.Name(pattern, ends, matching),
        };
    }

    private bool TryMatch(string pattern, string text, ref int start, ref int end)
    {
        var grok = GrokCompiler.Compile(pattern, library, namedOnly, timeout);
        if (grok.Program is { } program)
        {
            if (!matcher.TryMatch(program, text, timeout))
            {
                return false;
            }
            (start, end) = (matcher.Start, matcher.End);
            return true;
        }
        var match = grok.Regex.Current.MatchPatiently(text);
        if (match.Success)
        {
            (start, end) = (match.Index, match.Index + match.Length);
        }
        return match.Success;
    }
}
