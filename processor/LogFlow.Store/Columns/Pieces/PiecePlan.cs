namespace LogFlow.Store;

/// <summary>How the texts of one column of a block are put together: each by a template, or whole.</summary>
internal sealed class PiecePlan
{
    /// <summary>The text stands whole among the page's own bytes.</summary>
    public const byte Whole = 0;

    private readonly PieceTemplate[] _templates;
    private readonly byte[] _codes;
    private readonly PieceStream[][] _streams;
    private readonly PieceStream _whole = new();
    private readonly long _textLength;

    private PiecePlan(PieceSource[] sources, PieceTemplate[] templates, in ColumnSlice target)
    {
        Sources = sources;
        _templates = templates;
        _codes = new byte[target.Count];
        _streams = [.. templates.Select(
            static template => template.Gaps.Select(static _ => new PieceStream()).ToArray())];
        _textLength = target.PlainTexts.Length;
    }

    /// <summary>The columns whose values are used.</summary>
    public PieceSource[] Sources { get; }

    /// <summary>The plan, where it saves at least a third of the bytes; else null.</summary>
    public static PiecePlan? TryMake(in ColumnSlice target, PieceSource[] sources)
    {
        var templates = PieceLearner.Learn(target, sources);
        if (templates.Length == 0)
        {
            return null;
        }

        int[] used = [.. templates.SelectMany(static template => template.Sources).Distinct().Order()];
        var plan = new PiecePlan(
            [.. used.Select(index => sources[index])],
            [.. templates.Select(template => new PieceTemplate(
                [.. template.Sources.Select(index => Array.IndexOf(used, index))], template.Gaps))],
            target);
        return plan.TryCutAll(target) ? plan : null;
    }

    /// <summary>
    /// varint sources × blob physical name · varint templates × { varint sources ×
    /// varint index · gaps, one more × { u8 open · blob prefix · open: blob suffix } } · one code a value (0: whole,
    /// n: template n - 1) · streams: of each template's open gaps, then of the whole texts.
    /// </summary>
    public void Write(ByteWriter page)
    {
        page.WriteVarint((ulong)Sources.Length);
        foreach (var source in Sources)
        {
            page.WriteBlob(System.Text.Encoding.UTF8.GetBytes(source.Name));
        }

        page.WriteVarint((ulong)_templates.Length);
        foreach (var template in _templates)
        {
            page.WriteVarint((ulong)template.Sources.Length);
            foreach (var source in template.Sources)
            {
                page.WriteVarint((ulong)source);
            }

            foreach (var gap in template.Gaps)
            {
                page.WriteByte(gap.IsOpen ? (byte)1 : (byte)0);
                page.WriteBlob(gap.Prefix);
                if (gap.IsOpen)
                {
                    page.WriteBlob(gap.Suffix);
                }
            }
        }

        page.Write(_codes);
        for (var template = 0; template < _templates.Length; template++)
        {
            for (var gap = 0; gap < _streams[template].Length; gap++)
            {
                if (_templates[template].Gaps[gap].IsOpen)
                {
                    _streams[template][gap].Write(page);
                }
            }
        }

        _whole.Write(page);
    }

    private bool TryCutAll(in ColumnSlice target)
    {
        Span<(int Start, int Length)> holes = stackalloc (int, int)[PiecePlanner.SourceCountMax + 1];
        var own = 0L;
        var last = 0;
        for (var i = 0; i < target.Count; i++)
        {
            var text = target.Text(i);
            var template = Match(text, target.Rows[i], last, holes);
            if (template < 0)
            {
                _whole.Add(text);
                own += text.Length;
            }
            else
            {
                last = template;
                _codes[i] = (byte)(template + 1);
                own += AddHoles(text, template, holes);
            }

            // Texts that are mostly their own are given up early.
            if (i == target.Count / 8 && own * 3 > Texts(target, i + 1) * 2)
            {
                return false;
            }
        }

        return own * 3 <= _textLength * 2;
    }

    private static long Texts(in ColumnSlice target, int count)
    {
        var length = 0L;
        for (var i = 0; i < count; i++)
        {
            length += target.Text(i).Length;
        }

        return length;
    }

    /// <summary>The template that fits, the last one tried first; -1: none.</summary>
    private int Match(ReadOnlySpan<byte> text, int row, int last, Span<(int Start, int Length)> holes)
    {
        if (_templates[last].TryMatch(text, Sources, row, holes))
        {
            return last;
        }

        for (var i = 0; i < _templates.Length; i++)
        {
            if (i != last && _templates[i].TryMatch(text, Sources, row, holes))
            {
                return i;
            }
        }

        return -1;
    }

    private int AddHoles(ReadOnlySpan<byte> text, int template, ReadOnlySpan<(int Start, int Length)> holes)
    {
        var own = 0;
        var gaps = _templates[template].Gaps;
        for (var gap = 0; gap < gaps.Length; gap++)
        {
            if (gaps[gap].IsOpen)
            {
                var (start, length) = holes[gap];
                _streams[template][gap].Add(text.Slice(start, length));
                own += length;
            }
        }

        return own;
    }
}
