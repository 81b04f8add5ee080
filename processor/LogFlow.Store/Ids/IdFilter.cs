using System.Numerics;

namespace LogFlow.Store;

/// <summary>
/// Tells which blocks of a segment may hold an (index, id) that a sender chose. An open-addressing table of 32-bit
/// slots: 16 bits of the hash, and the block's number + 1 (0: free slot). It errs once in some 20,000 questions, and
/// then one block is looked at in vain; 5 to 8 bytes an id.
/// </summary>
internal sealed class IdFilter
{
    /// <summary>A segment with more blocks has no filter: its blocks are asked one by one.</summary>
    public const int BlockCountMax = ushort.MaxValue - 1;

    private readonly uint[] _slots;
    private readonly int _shift;

    public IdFilter(int idCount)
    {
        _slots = new uint[SlotCount(idCount)];
        _shift = 64 - BitOperations.Log2((uint)_slots.Length);
    }

    public long Bytes => _slots.Length * 4L;

    public static long BytesFor(int idCount) => SlotCount(idCount) * 4L;

    public void Add(ulong hash, int block)
    {
        var slot = Slot(hash, block);
        var index = Home(hash);
        while (_slots[index] != 0)
        {
            if (_slots[index] == slot)
            {
                return;
            }

            index = (index + 1) & (_slots.Length - 1);
        }

        _slots[index] = slot;
    }

    /// <summary>Calls <paramref name="found"/> with each block that may hold the id.</summary>
    public void Find<T>(ulong hash, T argument, Action<T, int> found)
    {
        var mark = Slot(hash, 0) & 0xFFFF_0000;
        for (var index = Home(hash); _slots[index] is not 0 and var slot; index = (index + 1) & (_slots.Length - 1))
        {
            if ((slot & 0xFFFF_0000) == mark)
            {
                found(argument, (int)(slot & 0xFFFF) - 1);
            }
        }
    }

    /// <summary>Not more than four of five slots are taken.</summary>
    private static uint SlotCount(int idCount) =>
        BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, idCount + (idCount / 4L)));

    private static uint Slot(ulong hash, int block) => ((uint)hash << 16) | (uint)(block + 1);

    private int Home(ulong hash) => (int)(hash >> _shift);
}
