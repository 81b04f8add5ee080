using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Finds the rows of texts in pieces that match a predicate with a needle, mostly without putting a text together:
/// a value of a dictionary is judged once for all its rows, a column of texts or what stands in a gap as a whole. What
/// the pieces cannot tell (a word at the end of one, a needle that may lie across two) makes candidates, which are put
/// together and judged.
/// </summary>
internal sealed class PieceSearch(PiecedColumn column, FieldPredicate predicate, RowSet hits)
{
    private static readonly SearchValues<byte> NumberBytes = SearchValues.Create("0123456789.-"u8);

    private readonly RowSet _candidates = new(column.RowCount);
    private readonly byte[] _needle = predicate.Predicate.Needle.ToArray();
    private readonly bool _ignoresCase = predicate.Predicate.NeedleIgnoresCase;
    private byte[] _folded = [];

    private PiecePage Page => column.Page;

    /// <summary>Adds the rows to the hits.</summary>
    public void Run()
    {
        for (var template = 0; template < Page.Templates.Length; template++)
        {
            LookInTemplate(template);
        }

        LookInTexts(Page.Whole.Texts, Page.Whole.Ends, Page.RowsOf[PiecePlan.Whole]);
        for (var source = 0; source < Page.SourceNames.Length; source++)
        {
            LookInSource(source);
        }

        var rows = new int[column.RowCount];
        var count = _candidates.CopyTo(rows);
        foreach (var row in rows.AsSpan(0, count))
        {
            if (!hits[row] && MatchWhole(column.Text(row)))
            {
                hits.Add(row);
            }
        }
    }

    private void LookInTemplate(int index)
    {
        var template = Page.Templates[index];
        var rows = Page.RowsOf[index + 1];
        if (MayLieAcross(template))
        {
            AddAll(_candidates, rows);
            return;
        }

        for (var i = 0; i < template.Gaps.Length; i++)
        {
            var gap = template.Gaps[i];
            AddAll(Look(gap.Prefix), rows);
            AddAll(Look(gap.Suffix), rows);
            if (Page.StreamOf(index, i) is { } stream)
            {
                LookInTexts(stream.Texts, stream.Ends, rows);
            }
        }
    }

    /// <summary>Whether the needle may begin in one piece and end in the next.</summary>
    private bool MayLieAcross(PieceTemplate template)
    {
        for (var i = 0; i < template.Gaps.Length; i++)
        {
            var gap = template.Gaps[i];
            var hasLeft = i > 0;
            var hasRight = i < template.Sources.Length;

            // A text may begin or end with a value.
            if (gap is { IsOpen: false, Prefix.Length: 0 } && !(hasLeft && hasRight))
            {
                continue;
            }

            if ((hasLeft && !Parts(gap.Prefix, fromEnd: false))
                || (hasRight && !Parts(gap.IsOpen ? gap.Suffix : gap.Prefix, fromEnd: true)))
            {
                return true;
            }

            if (gap.IsOpen && ((gap.Prefix.Length > 0 && !Parts(gap.Prefix, fromEnd: true))
                || (gap.Suffix.Length > 0 && !Parts(gap.Suffix, fromEnd: false))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the literal's byte at that end stands in no needle, so that none lies across it.</summary>
    private bool Parts(byte[] literal, bool fromEnd)
    {
        if (literal.Length == 0)
        {
            return false;
        }

        var edge = fromEnd ? literal[^1] : literal[0];
        return edge < 0x80 && !_needle.AsSpan().Contains(_ignoresCase ? (byte)char.ToLowerInvariant((char)edge) : edge);
    }

    private void LookInSource(int source)
    {
        var isUsed = new RowSet(column.RowCount);
        for (var i = 0; i < Page.Templates.Length; i++)
        {
            if (Page.Templates[i].Sources.Contains(source))
            {
                AddAll(isUsed, Page.RowsOf[i + 1]);
            }
        }

        var type = column.SourceEntry(source).Type;
        var isNumber = type is ColumnType.Int64 or ColumnType.Ipv4;
        if (isNumber && _needle.AsSpan().ContainsAnyExcept(NumberBytes))
        {
            return;
        }

        switch (column.LoadSource(source))
        {
            case DictionaryColumn dictionary:
                LookInEntries(dictionary, source, isUsed);
                break;
            case TextColumn texts:
                LookInTexts(texts, isUsed);
                break;
            case NumberColumn numbers:
                LookInNumbers(numbers, isUsed);
                break;
        }
    }

    private void LookInEntries(DictionaryColumn dictionary, int source, RowSet isUsed)
    {
        Span<bool> contains = stackalloc bool[256];
        contains.Clear();
        var any = false;
        for (var i = 0; i < dictionary.Entries.Length; i++)
        {
            contains[i + 1] = Look(dictionary.Entries[i].Span) != NeedleVerdict.NoMatch;
            any |= contains[i + 1];
        }

        if (!any)
        {
            return;
        }

        // What stands around a value is the same in all rows of a template: it is judged with it.
        Span<NeedleVerdict> verdicts = stackalloc NeedleVerdict[256];
        var context = new ByteWriter();
        for (var index = 0; index < Page.Templates.Length; index++)
        {
            var template = Page.Templates[index];
            for (var place = 0; place < template.Sources.Length; place++)
            {
                if (template.Sources[place] != source)
                {
                    continue;
                }

                for (var code = 1; code <= dictionary.Entries.Length; code++)
                {
                    verdicts[code] = contains[code]
                        ? Look(InContext(template, place, dictionary.Entries[code - 1].Span, context))
                        : NeedleVerdict.NoMatch;
                }

                foreach (var row in Page.RowsOf[index + 1])
                {
                    Add(verdicts[dictionary.CodeOf(row)], row);
                }
            }
        }
    }

    private static ReadOnlySpan<byte> InContext(
        PieceTemplate template, int place, ReadOnlySpan<byte> value, ByteWriter context)
    {
        var before = template.Gaps[place];
        context.Reset();
        context.Write(before.IsOpen ? before.Suffix : before.Prefix);
        context.Write(value);
        context.Write(template.Gaps[place + 1].Prefix);
        return context.Written;
    }

    private void LookInTexts(TextColumn texts, RowSet isUsed)
    {
        var rows = new int[column.RowCount];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = isUsed[row] ? row : -1;
        }

        LookInTexts(texts.Texts.Span, texts.Ends, rows);
    }

    /// <param name="texts">Texts, one behind the other.</param>
    /// <param name="ends">Where each ends.</param>
    /// <param name="rows">The row of each; -1: it is of none.</param>
    private void LookInTexts(ReadOnlySpan<byte> texts, ReadOnlySpan<int> ends, ReadOnlySpan<int> rows)
    {
        if (!TryFold(texts, out var folded))
        {
            AddAll(_candidates, rows);
            return;
        }

        var index = 0;
        for (var at = 0; at < folded.Length;)
        {
            var found = folded[at..].IndexOf(_needle);
            if (found < 0)
            {
                return;
            }

            at += found;
            index += NeedlePlaces.IndexOfText(ends[index..], at);
            var start = index == 0 ? 0 : ends[index - 1];
            var row = rows[index];
            var verdict = row < 0 || at + _needle.Length > ends[index]
                ? NeedleVerdict.NoMatch
                : Judge(texts[start..ends[index]], at - start);
            if (verdict == NeedleVerdict.NoMatch)
            {
                at++;
                continue;
            }

            Add(verdict, row);
            at = ends[index];
        }
    }

    private void LookInNumbers(NumberColumn numbers, RowSet isUsed)
    {
        Span<byte> digits = stackalloc byte[20];
        for (var row = 0; row < numbers.RowCount; row++)
        {
            if (isUsed[row] && numbers.Has(row)
                && Utf8Formatter.TryFormat(numbers.Values[row], digits, out var length)
                && digits[..length].IndexOf(_needle) >= 0)
            {
                _candidates.Add(row);
            }
        }
    }

    /// <summary>The verdict of a piece that all of some rows have.</summary>
    private NeedleVerdict Look(ReadOnlySpan<byte> piece)
    {
        if (!TryFold(piece, out var folded))
        {
            return NeedleVerdict.Unknown;
        }

        var verdict = NeedleVerdict.NoMatch;
        for (var at = 0; at < folded.Length; at++)
        {
            var found = folded[at..].IndexOf(_needle);
            if (found < 0)
            {
                break;
            }

            at += found;
            switch (Judge(piece, at))
            {
                case NeedleVerdict.Match:
                    return NeedleVerdict.Match;
                case NeedleVerdict.Unknown:
                    verdict = NeedleVerdict.Unknown;
                    break;
            }
        }

        return verdict;
    }

    private NeedleVerdict Judge(ReadOnlySpan<byte> piece, int at) =>
        predicate.Type == FieldType.Text && NeedlePlaces.IsInside(piece, at, _needle.Length)
            ? predicate.Predicate.JudgeNeedle(piece, at)
            : NeedleVerdict.Unknown;

    private bool MatchWhole(ReadOnlySpan<byte> text)
    {
        if (predicate.Type != FieldType.Text || !TryFold(text, out var folded))
        {
            return predicate.MatchPlainText(text);
        }

        for (var at = 0; ; at++)
        {
            var found = folded[at..].IndexOf(_needle);
            if (found < 0)
            {
                return false;
            }

            at += found;
            var verdict = predicate.Predicate.JudgeNeedle(text, at);
            if (verdict != NeedleVerdict.NoMatch)
            {
                return verdict == NeedleVerdict.Match || predicate.MatchPlainText(text);
            }
        }
    }

    /// <summary>The text as the needle is looked for in it; false: letters beyond ASCII may fold into it.</summary>
    private bool TryFold(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> folded)
    {
        folded = text;
        if (!_ignoresCase)
        {
            return true;
        }

        if (_folded.Length < text.Length)
        {
            _folded = new byte[Math.Max(text.Length, 256)];
        }

        var isAscii = Ascii.ToLower(text, _folded, out var length) == OperationStatus.Done;
        folded = _folded.AsSpan(0, length);
        return isAscii;
    }

    private void AddAll(NeedleVerdict verdict, ReadOnlySpan<int> rows)
    {
        if (verdict != NeedleVerdict.NoMatch)
        {
            AddAll(verdict == NeedleVerdict.Match ? hits : _candidates, rows);
        }
    }

    private static void AddAll(RowSet set, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            if (row >= 0)
            {
                set.Add(row);
            }
        }
    }

    private void Add(NeedleVerdict verdict, int row)
    {
        if (verdict != NeedleVerdict.NoMatch)
        {
            (verdict == NeedleVerdict.Match ? hits : _candidates).Add(row);
        }
    }
}
