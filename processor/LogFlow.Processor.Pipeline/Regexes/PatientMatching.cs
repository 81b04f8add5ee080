using System.Text.RegularExpressions;

namespace LogFlow.Processor.Pipeline;

/// <summary>Matching that is not ended by a busy host: see <see cref="MatchPatience"/>.</summary>
internal static class PatientMatching
{
    /// <summary>Whether the text has a match.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern used more time than it may.</exception>
    public static bool IsMatchPatiently(this Regex regex, ReadOnlySpan<char> text)
    {
        var patience = new MatchPatience();
        while (true)
        {
            try
            {
                return regex.IsMatch(text);
            }
            catch (RegexMatchTimeoutException timeout) when (patience.MayRetry(timeout))
            {
                // Once more.
            }
        }
    }

    /// <summary>The first match.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern used more time than it may.</exception>
    public static Match MatchPatiently(this Regex regex, string text)
    {
        var patience = new MatchPatience();
        while (true)
        {
            try
            {
                return regex.Match(text);
            }
            catch (RegexMatchTimeoutException timeout) when (patience.MayRetry(timeout))
            {
                // Once more.
            }
        }
    }

    /// <summary>The match behind another one.</summary>
    /// <exception cref="RegexMatchTimeoutException">The pattern used more time than it may.</exception>
    public static Match NextMatchPatiently(this Match match)
    {
        var patience = new MatchPatience();
        while (true)
        {
            try
            {
                return match.NextMatch();
            }
            catch (RegexMatchTimeoutException timeout) when (patience.MayRetry(timeout))
            {
                // Once more.
            }
        }
    }
}
