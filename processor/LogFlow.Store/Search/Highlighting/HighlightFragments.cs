using System.Net;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Cuts a text around its marks: sentence by sentence, and sentences that are too long at blanks. Elasticsearch's
/// unified highlighter does about the same; where exactly it cuts a long sentence depends on its scoring.
/// </summary>
internal static class HighlightFragments
{
    /// <summary>The fragments with marks, in the order of the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="marks">What to mark: places in the text, in order, not overlapping.</param>
    /// <param name="spec">How.</param>
    /// <param name="countBefore">Fragments that there are already of the field's other values.</param>
    public static IEnumerable<string> Cut(
        string text, List<(int Start, int End)> marks, HighlightSpec spec, int countBefore)
    {
        if (spec.FragmentCountMax == 0)
        {
            return [Mark(text, 0, text.Length, marks, spec)];
        }

        var result = new List<string>();
        for (var i = 0; i < marks.Count && countBefore + result.Count < spec.FragmentCountMax;)
        {
            var (start, end) = Around(text, marks[i], Math.Max(1, spec.FragmentChars));
            var inside = marks.Skip(i).TakeWhile(mark => mark.End <= end || mark == marks[i]).ToList();
            result.Add(Mark(text, start, Math.Max(end, inside[^1].End), inside, spec));
            i += inside.Count;
        }

        return result;
    }

    /// <summary>The sentence that a mark begins in, or a piece of it, from a blank to a blank.</summary>
    private static (int Start, int End) Around(string text, (int Start, int End) mark, int chars)
    {
        var start = mark.Start;
        while (start > 0 && !EndsSentence(text, start))
        {
            start--;
        }

        var end = mark.End;
        while (end < text.Length && !EndsSentence(text, end))
        {
            end++;
        }

        if (end - start > chars)
        {
            var room = Math.Max(0, chars - (mark.End - mark.Start)) / 2;
            start = mark.Start - room <= start ? start : Blank(text, mark.Start - room, mark.Start);
            end = Math.Min(end, BlankBefore(text, mark.End, (int)Math.Min(end, (long)start + chars)));
        }

        while (start < mark.Start && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > mark.End && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }

    /// <summary>Whether a sentence ends before this place: behind a line, or a full stop and a blank.</summary>
    private static bool EndsSentence(string text, int at) =>
        text[at - 1] is '\n'
        || (at > 1 && text[at - 1] == ' ' && text[at - 2] is '.' or '!' or '?'
            && (at == text.Length || !char.IsLower(text[at])));

    private static int Blank(string text, int from, int to) =>
        text.IndexOf(' ', from, to - from) is >= 0 and var at ? at : to;

    private static int BlankBefore(string text, int from, int to)
    {
        if (to <= from || to == text.Length)
        {
            return Math.Max(from, to);
        }

        var at = text.LastIndexOf(' ', to - 1, to - from);
        return at < 0 ? from : at;
    }

    private static string Mark(
        string text, int start, int end, List<(int Start, int End)> marks, HighlightSpec spec)
    {
        var output = new StringBuilder();
        var at = start;
        foreach (var mark in marks)
        {
            Append(output, text[at..mark.Start], spec);
            output.Append(spec.Before);
            Append(output, text[mark.Start..mark.End], spec);
            output.Append(spec.After);
            at = mark.End;
        }

        Append(output, text[at..end], spec);
        return output.ToString();
    }

    private static void Append(StringBuilder output, string text, HighlightSpec spec) =>
        output.Append(spec.IsHtml ? WebUtility.HtmlEncode(text) : text);
}
