using System.Numerics;

namespace LogFlow.Store;

/// <summary>A set of rows of one block, one bit each.</summary>
internal sealed class RowSet(int rowCount)
{
    private readonly ulong[] _words = new ulong[(rowCount + 63) / 64];

    /// <summary>No row of any block.</summary>
    public static RowSet Nothing { get; } = new(0);

    public int RowCount { get; } = rowCount;

    public bool this[int row] => (_words[row >> 6] & (1UL << (row & 63))) != 0;

    public bool IsEmpty => _words.AsSpan().IndexOfAnyExcept(0UL) < 0;

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    public void Add(int row) => _words[row >> 6] |= 1UL << (row & 63);

    public void AddAll()
    {
        Array.Fill(_words, ulong.MaxValue);
        Trim();
    }

    public RowSet Clone()
    {
        var copy = new RowSet(RowCount);
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    public void Complement()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = ~_words[i];
        }

        Trim();
    }

    public void IntersectWith(RowSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= other._words[i];
        }
    }

    /// <param name="other">Of the same block, or <see cref="Nothing"/>.</param>
    public void UnionWith(RowSet other)
    {
        for (var i = 0; i < other._words.Length; i++)
        {
            _words[i] |= other._words[i];
        }
    }

    public void Subtract(RowSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= ~other._words[i];
        }
    }

    /// <summary>Adds the rows whose bits are set in a presence bitmap of the disk format.</summary>
    public void AddBits(ReadOnlySpan<byte> bits)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            _words[i >> 3] |= (ulong)bits[i] << ((i & 7) * 8);
        }

        Trim();
    }

    /// <summary>Writes the rows into <paramref name="rows"/> in rising order and returns their number.</summary>
    public int CopyTo(Span<int> rows)
    {
        var count = 0;
        for (var i = 0; i < _words.Length; i++)
        {
            var word = _words[i];
            while (word != 0)
            {
                rows[count++] = (i << 6) + BitOperations.TrailingZeroCount(word);
                word &= word - 1;
            }
        }

        return count;
    }

    private void Trim()
    {
        if ((RowCount & 63) != 0)
        {
            _words[^1] &= (1UL << (RowCount & 63)) - 1;
        }
    }
}
