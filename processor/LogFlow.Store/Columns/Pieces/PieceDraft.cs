namespace LogFlow.Store;

/// <summary>A template in the making: each text that has the same values in the same order makes it wider.</summary>
internal sealed class PieceDraft
{
    /// <summary>Letters and digits between values are trusted to be the same everywhere after so many texts.</summary>
    private const int TrustedCount = 8;

    private readonly int[] _sources;
    private readonly PieceGap[] _gaps;

    public PieceDraft(ReadOnlySpan<byte> text, List<PiecePlace> places)
    {
        _sources = [.. places.Select(static place => place.Source)];
        _gaps = new PieceGap[places.Count + 1];
        for (var i = 0; i < _gaps.Length; i++)
        {
            _gaps[i] = new PieceGap(GapOf(text, places, i).ToArray(), false, []);
        }
    }

    /// <summary>Texts that it was made of.</summary>
    public int Count { get; private set; } = 1;

    public bool HasOrderOf(List<PiecePlace> places)
    {
        if (places.Count != _sources.Length)
        {
            return false;
        }

        for (var i = 0; i < _sources.Length; i++)
        {
            if (places[i].Source != _sources[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is not the same in this text becomes open.</summary>
    public void Widen(ReadOnlySpan<byte> text, List<PiecePlace> places)
    {
        Count++;
        for (var i = 0; i < _gaps.Length; i++)
        {
            var gap = _gaps[i];
            var here = GapOf(text, places, i);
            if (!gap.IsOpen && here.SequenceEqual(gap.Prefix))
            {
                continue;
            }

            var prefix = gap.Prefix.AsSpan(0, here.CommonPrefixLength(gap.Prefix));
            while (prefix.Length > 0 && IsOfWord(prefix[^1]))
            {
                prefix = prefix[..^1];
            }

            var before = gap.IsOpen ? gap.Suffix : gap.Prefix.AsSpan(prefix.Length);
            var length = CommonSuffixLength(here[prefix.Length..], before);
            while (length > 0 && IsOfWord(before[^length]))
            {
                length--;
            }

            _gaps[i] = new PieceGap(prefix.ToArray(), true, before[^length..].ToArray());
        }
    }

    public PieceTemplate Finish() =>
        new(_sources, [.. _gaps.Select(gap => Count < TrustedCount && !gap.IsOpen ? Distrust(gap) : gap)]);

    /// <summary>A gap is never cut inside of a word or number: the next row's may go on otherwise.</summary>
    public static bool IsOfWord(byte value) => value >= 0x80 || char.IsAsciiLetterOrDigit((char)value);

    private static PieceGap Distrust(PieceGap gap)
    {
        var bytes = gap.Prefix.AsSpan();
        var first = 0;
        while (first < bytes.Length && !IsOfWord(bytes[first]))
        {
            first++;
        }

        if (first == bytes.Length)
        {
            return gap;
        }

        var end = bytes.Length;
        while (!IsOfWord(bytes[end - 1]))
        {
            end--;
        }

        return new PieceGap(bytes[..first].ToArray(), true, bytes[end..].ToArray());
    }

    private static ReadOnlySpan<byte> GapOf(ReadOnlySpan<byte> text, List<PiecePlace> places, int index)
    {
        var start = index == 0 ? 0 : places[index - 1].End;
        var end = index == places.Count ? text.Length : places[index].Start;
        return text[start..end];
    }

    private static int CommonSuffixLength(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var length = 0;
        while (length < first.Length && length < second.Length && first[^(length + 1)] == second[^(length + 1)])
        {
            length++;
        }

        return length;
    }
}
