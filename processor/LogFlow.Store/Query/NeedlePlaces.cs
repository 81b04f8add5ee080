namespace LogFlow.Store;

/// <summary>Where a needle was found.</summary>
internal static class NeedlePlaces
{
    /// <summary>
    /// Whether all that a verdict on the place may ask for stands in the piece, whatever comes before and behind it:
    /// where a word before it would begin, and one character behind it, or two where that may join words.
    /// </summary>
    public static bool IsInside(ReadOnlySpan<byte> piece, int at, int length)
    {
        var end = at + length;
        if (end == piece.Length || (end == piece.Length - 1 && ClassOf(piece[end]) != CharClass.Other))
        {
            return false;
        }

        for (var before = at - 1; before >= 0; before--)
        {
            if (ClassOf(piece[before]) == CharClass.Other)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The index of the first text that ends behind the position.</summary>
    public static int IndexOfText(ReadOnlySpan<int> ends, int position)
    {
        var low = 0;
        var high = ends.Length - 1;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (ends[middle] > position)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static CharClass ClassOf(byte letter) => letter < 0x80 ? CharClasses.Ascii[letter] : CharClass.Extend;
}
