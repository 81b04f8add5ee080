using System.Text;

namespace LogFlow.Processor.Pipeline;

/// <summary>What every match of a pattern has: tests that are cheaper than trying it.</summary>
internal static class MatchFacts
{
    /// <summary>How many characters a match has at least.</summary>
    public static int MinLength(MatchNode node) => (int)Math.Min(Length(node), int.MaxValue);

    /// <summary>The longest text that stands in every match; empty when none is known.</summary>
    public static string RequiredText(MatchNode node)
    {
        var search = new TextSearch();
        search.Visit(node);
        search.EndText();
        return search.Longest;
    }

    private static long Length(MatchNode node) => node switch
    {
        MatchNode.Text text => text.Value.Length,
        MatchNode.One => 1,
        MatchNode.Sequence sequence => sequence.Parts.Sum(Length),
        MatchNode.Choice choice => choice.Branches.Min(Length),
        MatchNode.Repeat repeat => Math.Min(repeat.Min * Length(repeat.Body), int.MaxValue),
        MatchNode.Capture capture => Length(capture.Body),
        MatchNode.Atomic atomic => Length(atomic.Body),
        _ => 0,
    };

    private sealed class TextSearch
    {
        private readonly StringBuilder _text = new();

        public string Longest { get; private set; } = string.Empty;

        public void Visit(MatchNode node)
        {
            switch (node)
            {
                case MatchNode.Text text:
                    _text.Append(text.Value);
                    break;
                case MatchNode.Sequence sequence:
                    foreach (var part in sequence.Parts)
                    {
                        Visit(part);
                    }
                    break;
                case MatchNode.Capture capture:
                    Visit(capture.Body);
                    break;
                case MatchNode.Atomic atomic:
                    Visit(atomic.Body);
                    break;
                case MatchNode.Repeat { Min: > 0 } repeat:
                    EndText();
                    Visit(repeat.Body);
                    EndText();
                    break;
                case MatchNode.Place or MatchNode.Ahead or MatchNode.Behind or MatchNode.BehindText:
                    // They take no characters: what stands on both sides is one text.
                    break;
                default:
                    EndText();
                    break;
            }
        }

        public void EndText()
        {
            if (_text.Length > Longest.Length)
            {
                Longest = _text.ToString();
            }
            _text.Clear();
        }
    }
}
