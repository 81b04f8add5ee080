using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LogFlow.Queue.Storage;

/// <summary>
/// The newest offset of each key, in a table whose size is fixed: 24 bytes a slot, three quarters of which are used. A
/// key is represented by 128 bits of its SHA-256, so that nobody can make two keys that compaction takes for one.
/// </summary>
internal sealed class KeyOffsetMap
{
    public const int SlotSize = 24;
    private const double LoadMax = 0.75;

    private readonly Slot[] _slots;
    private readonly int _countMax;

    /// <param name="keyCount">Keys that may come, at most.</param>
    /// <param name="bytesMax">The table's largest size.</param>
    public KeyOffsetMap(long keyCount, long bytesMax)
    {
        var wanted = (long)(Math.Min(keyCount, int.MaxValue) / LoadMax) + 16;
        _slots = new Slot[Math.Max(16, Math.Min(wanted, Math.Min(bytesMax / SlotSize, Array.MaxLength)))];
        _countMax = (int)(_slots.Length * LoadMax);
    }

    public int Count { get; private set; }

    /// <summary>Remembers the offset, which is above all before; false where there is no room for a new key.</summary>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        ref var slot = ref FindSlot(key, out var high, out var low);
        if (slot.OffsetPlusOne == 0)
        {
            if (Count >= _countMax)
            {
                return false;
            }

            Count++;
            slot.High = high;
            slot.Low = low;
        }

        slot.OffsetPlusOne = offset + 1;
        return true;
    }

    /// <summary>The key's newest offset; -1: it is not there.</summary>
    public long Find(ReadOnlySpan<byte> key) => FindSlot(key, out _, out _).OffsetPlusOne - 1;

    private ref Slot FindSlot(ReadOnlySpan<byte> key, out ulong high, out ulong low)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        high = BinaryPrimitives.ReadUInt64LittleEndian(hash);
        low = BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]);
        var index = (int)Math.BigMul(high, (ulong)_slots.Length, out _);
        while (true)
        {
            ref var slot = ref _slots[index];
            if (slot.OffsetPlusOne == 0 || (slot.High == high && slot.Low == low))
            {
                return ref slot;
            }

            index = index + 1 == _slots.Length ? 0 : index + 1;
        }
    }

    private struct Slot
    {
        public ulong High;
        public ulong Low;

        // 0: the slot is free.
        public long OffsetPlusOne;
    }
}
