using System.Numerics;

namespace LogFlow.Store;

/// <summary>
/// A set of 64-bit hashes that is filled, listed and reset for every column; open addressing, no boxing.
/// </summary>
internal sealed class HashSet64
{
    private ulong[] _slots = new ulong[1024];
    private ulong[] _values = new ulong[512];
    private int _count;

    public ReadOnlySpan<ulong> Values => _values.AsSpan(0, _count);

    public void Reset()
    {
        if (_slots.Length > 1 << 18)
        {
            _slots = new ulong[1024];
            _values = new ulong[512];
        }
        else if (_count > 0)
        {
            Array.Clear(_slots);
        }

        _count = 0;
    }

    public void Add(ulong hash)
    {
        if (hash == 0)
        {
            hash = 1; // 0 marks a free slot. No real token is known to hash to it; a bloom test of 0 is never asked.
        }

        var mask = _slots.Length - 1;
        var index = (int)hash & mask;
        while (_slots[index] != 0)
        {
            if (_slots[index] == hash)
            {
                return;
            }

            index = (index + 1) & mask;
        }

        _slots[index] = hash;
        _values[_count++] = hash;
        if (_count == _values.Length)
        {
            Grow();
        }
    }

    private void Grow()
    {
        Array.Resize(ref _values, _values.Length * 2);
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((uint)_values.Length) * 2];
        var mask = _slots.Length - 1;
        foreach (var hash in Values)
        {
            var index = (int)hash & mask;
            while (_slots[index] != 0)
            {
                index = (index + 1) & mask;
            }

            _slots[index] = hash;
        }
    }
}
