using System.Numerics;

namespace LogFlow.Platform;

/// <summary>
/// Lends byte arrays and keeps those that come back for reuse: frames and batches are near a megabyte, and a fresh
/// array each would fill the large object heap. Sizes are powers of two from 1 KiB; what is kept is bounded in bytes,
/// and given up by <see cref="Trim"/> when it was not needed. Debug builds fill what comes back with 0xDD, so that
/// whoever still looks at it sees that it does.
/// </summary>
/// <param name="keptBytesMax">How many bytes may wait here for their next use.</param>
public sealed class BytePool(long keptBytesMax)
{
    private const int SmallestShift = 10;
    private const int ShiftCount = 21;

    /// <summary>Guards the stacks and counters; held for a push or pop only.</summary>
    private readonly Lock _lock = new();
    private readonly Stack<byte[]>[] _bySize = CreateStacks();
    private readonly int[] _fewestSinceTrim = new int[ShiftCount];
    private long _keptBytes;
    private int _lentCount;

    /// <summary>Arrays that are lent out now; tests assert that it comes back to zero.</summary>
    public int LentCount => Volatile.Read(ref _lentCount);

    /// <summary>Lends <paramref name="length"/> bytes of undefined content.</summary>
    /// <param name="length">How many.</param>
    /// <param name="claim">Disposed when the bytes come back: what they count against.</param>
    public Lease<LeasedBytes> Rent(int length, IDisposable? claim = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var array = Take(length);
        Interlocked.Increment(ref _lentCount);
        return new Lease<LeasedBytes>(new LeasedBytes(this, array, length, claim));
    }

    /// <summary>Gives up the arrays that were not needed since the last call.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            for (var index = 0; index < ShiftCount; index++)
            {
                var stack = _bySize[index];
                for (var unused = Math.Min(_fewestSinceTrim[index], stack.Count); unused > 0; unused--)
                {
                    _keptBytes -= stack.Pop().Length;
                }

                _fewestSinceTrim[index] = stack.Count;
            }
        }
    }

    internal void Return(byte[] array)
    {
#if DEBUG
        array.AsSpan().Fill(0xDD);
#endif
        Interlocked.Decrement(ref _lentCount);
        lock (_lock)
        {
            if (_keptBytes + array.Length <= keptBytesMax)
            {
                _keptBytes += array.Length;
                _bySize[IndexOf(array.Length)].Push(array);
            }
        }
    }

    private static int IndexOf(int length) =>
        Math.Max(0, 32 - BitOperations.LeadingZeroCount((uint)Math.Max(1, length) - 1) - SmallestShift);

    private static Stack<byte[]>[] CreateStacks()
    {
        var stacks = new Stack<byte[]>[ShiftCount];
        for (var i = 0; i < stacks.Length; i++)
        {
            stacks[i] = new Stack<byte[]>();
        }

        return stacks;
    }

    private byte[] Take(int length)
    {
        var index = IndexOf(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, ShiftCount, nameof(length));
        lock (_lock)
        {
            var stack = _bySize[index];
            if (stack.TryPop(out var kept))
            {
                _keptBytes -= kept.Length;
                _fewestSinceTrim[index] = Math.Min(_fewestSinceTrim[index], stack.Count);
                return kept;
            }

            _fewestSinceTrim[index] = 0;
        }

        return GC.AllocateUninitializedArray<byte>(1 << (index + SmallestShift));
    }
}
