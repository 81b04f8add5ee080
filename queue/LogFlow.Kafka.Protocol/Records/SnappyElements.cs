namespace LogFlow.Kafka.Protocol;

/// <summary>
/// The elements of a snappy block: a tag whose low two bits say what it is (0 a literal, 1 to 3 copies with an offset
/// of one, two and four bytes) and its upper six bits, or bytes behind it, how long it is.
/// </summary>
internal static class SnappyElements
{
    // Literals of up to this many bytes have their length in the tag; longer ones in one to four bytes behind it.
    private const int TagLiteralMax = 60;

    /// <summary>
    /// What all elements of a block come to. Snappier fills as many bytes as the block states and does not look at
    /// elements behind that; other readers refuse such a block, so we must as well.
    /// </summary>
    /// <exception cref="InvalidDataException">An element is cut short.</exception>
    public static long SumLengths(ReadOnlySpan<byte> block)
    {
        long sum = 0;
        var position = 0;
        while (position < block.Length && block[position++] >= 0x80)
        {
            // Skips the stated length, which has been read.
        }

        while ((uint)position < (uint)block.Length)
        {
            var tag = block[position++];
            long length = (tag >> 2) + 1;
            switch (tag & 3)
            {
                case 0:
                    if (length > TagLiteralMax)
                    {
                        length = ReadLength(block, (int)length - TagLiteralMax, ref position);
                    }

                    if (length > block.Length - position)
                    {
                        throw Damaged();
                    }

                    position += (int)length;
                    break;
                case 1:
                    length = ((tag >> 2) & 7) + 4;
                    position++;
                    break;
                case 2:
                    position += 2;
                    break;
                default:
                    position += 4;
                    break;
            }

            sum += length;
        }

        return position == block.Length ? sum : throw Damaged();
    }

    private static long ReadLength(ReadOnlySpan<byte> block, int size, ref int position)
    {
        if (size > block.Length - position)
        {
            throw Damaged();
        }

        long length = 0;
        for (var i = 0; i < size; i++)
        {
            length |= (long)block[position++] << (8 * i);
        }

        return length + 1;
    }

    private static InvalidDataException Damaged() => new("snappy data is damaged");
}
