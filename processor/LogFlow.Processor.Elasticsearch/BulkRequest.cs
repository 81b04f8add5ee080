using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using LogFlow.Platform;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// The items of a <c>_bulk</c> body in leased memory: per item an action line and, but for delete, a source line. The
/// source is written by the caller straight into the buffer, between <see cref="BeginItem"/> and <see cref="EndItem"/>.
/// Not thread-safe while building; read-only and shareable afterwards. It is lent itself: who sends it retains a lease,
/// and the last lease gives the memory back.
/// </summary>
/// <remarks>
/// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
/// <code>{"create":{"_index":"I","_id":"X"}}\n{source}\n</code>
/// </remarks>
public sealed class BulkRequest : IBufferWriter<byte>, ILeasable
{
    private const int InitialBytes = 16 * 1024;
    private const int BytesMax = 1 << 30;

    private static ReadOnlySpan<byte> IndexOpening => "\"_index\":\""u8;

    private readonly BytePool _pool;
    private Lease<LeasedBytes> _bytes;

    /// <summary>The array behind <see cref="_bytes"/>; empty once it was given back, so that nothing can touch
    /// it.</summary>
    private byte[] _buffer;
    private int _length;
    private int _itemStart = -1;
    private int _sourceStart;
    private BulkAction _action;
    private bool _docAsUpsert;
    private int _indexLength;
    private int _idStart;
    private int _idLength;
    private Item[] _items;
    private int _count;

    private BulkRequest(BytePool pool, int sizeHint)
    {
        _pool = pool;
        _bytes = pool.Rent(Math.Max(sizeHint, 1024));
        _buffer = ArrayOf(_bytes);
        _items = ArrayPool<Item>.Shared.Rent(64);
    }

    /// <summary>An empty request; disposing the last lease of it gives its memory back.</summary>
    /// <param name="pool">Where its memory comes from; null: the process's pool.</param>
    /// <param name="sizeHint">Expected size in bytes.</param>
    public static Lease<BulkRequest> Rent(BytePool? pool = null, int sizeHint = InitialBytes) =>
        new(new BulkRequest(pool ?? BulkMemory.Pool, sizeHint));

    /// <summary>Number of finished items.</summary>
    public int Count => _count;

    /// <summary>Size of the finished items in bytes: the body's length.</summary>
    public int SizeInBytes => _itemStart >= 0 ? _itemStart : _length;

    /// <summary>
    /// Starts an item. Empty <paramref name="index"/>, <paramref name="id"/>, <paramref name="pipeline"/> and
    /// <paramref name="routing"/> are left out of the action line. All are plain UTF-8; they are escaped here.
    /// An update makes the document where it is absent only with <paramref name="docAsUpsert"/>.
    /// </summary>
    public void BeginItem(
        BulkAction action,
        ReadOnlySpan<byte> index,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<byte> pipeline = default,
        ReadOnlySpan<byte> routing = default,
        bool docAsUpsert = false)
    {
        if (_itemStart >= 0)
        {
            throw new InvalidOperationException("the previous item is not finished");
        }

        _itemStart = _length;
        _action = action;
        _docAsUpsert = docAsUpsert;
        Append(ActionOpening(action));
        var first = true;
        _indexLength = AppendMember(IndexOpening, index, ref first);
        _idLength = AppendMember("\"_id\":\""u8, id, ref first);
        _idStart = _length - 1 - _idLength;
        AppendMember("\"pipeline\":\""u8, pipeline, ref first);
        AppendMember("\"routing\":\""u8, routing, ref first);
        Append("}}\n"u8);
        if (action == BulkAction.Update)
        {
            Append("{\"doc\":"u8);
        }

        _sourceStart = _length;
    }

    /// <summary>Finishes the item whose source has been written since <see cref="BeginItem"/>.</summary>
    /// <param name="tag">The caller's name for the item, given back by <see cref="GetTag"/>.</param>
    public void EndItem(long tag)
    {
        if (_itemStart < 0)
        {
            throw new InvalidOperationException("no item was begun");
        }

        if (_action == BulkAction.Update)
        {
            Append(_docAsUpsert ? ",\"doc_as_upsert\":true}"u8 : "}"u8);
        }

        if (_action != BulkAction.Delete)
        {
            Append("\n"u8);
        }

        if (_count == _items.Length)
        {
            var larger = ArrayPool<Item>.Shared.Rent(_count * 2);
            _items.AsSpan(0, _count).CopyTo(larger);
            ArrayPool<Item>.Shared.Return(_items);
            _items = larger;
        }

        _items[_count++] = new Item(
            _itemStart, _sourceStart, _length, tag, _idStart, _idLength, _indexLength);
        _itemStart = -1;
    }

    /// <summary>Takes back the item begun, where its source turned out not to be writable.</summary>
    public void AbandonItem()
    {
        if (_itemStart >= 0)
        {
            _length = _itemStart;
            _itemStart = -1;
        }
    }

    /// <summary>The tag given with the item.</summary>
    public long GetTag(int index) => At(index).Tag;

    /// <summary>The item as it goes over the wire: action line, source line, final newline.</summary>
    public ReadOnlyMemory<byte> GetItem(int index) =>
        _buffer.AsMemory(At(index).Start, _items[index].End - _items[index].Start);

    /// <summary>The item's index as it stands in the action line, escaped; empty where it has none.</summary>
    public ReadOnlySpan<byte> GetIndex(int index)
    {
        ref readonly var item = ref At(index);
        if (item.IndexLength == 0)
        {
            return default;
        }

        // It is the action line's first member.
        var line = _buffer.AsSpan(item.Start, item.SourceStart - item.Start);
        return line.Slice(line.IndexOf(IndexOpening) + IndexOpening.Length, item.IndexLength);
    }

    /// <summary>The item's id as it stands in the action line, escaped; empty where it has none.</summary>
    public ReadOnlySpan<byte> GetId(int index)
    {
        ref readonly var item = ref At(index);
        return _buffer.AsSpan(item.IdStart, item.IdLength);
    }

    /// <summary>The item's source, without the final newline; empty for a delete.</summary>
    public ReadOnlyMemory<byte> GetSource(int index)
    {
        ref readonly var item = ref At(index);
        return item.End == item.SourceStart
            ? default
            : _buffer.AsMemory(item.SourceStart, item.End - 1 - item.SourceStart);
    }

    /// <summary>
    /// The bytes of the items from <paramref name="first"/> to <paramref name="last"/>, both included.
    /// </summary>
    internal ReadOnlyMemory<byte> GetRun(int first, int last) =>
        _buffer.AsMemory(At(first).Start, At(last).End - _items[first].Start);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length));
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>Called by the last lease.</summary>
    void ILeasable.GiveBack()
    {
        _buffer = [];
        _bytes.Dispose();
        ArrayPool<Item>.Shared.Return(_items);
        _items = [];
        _count = 0;
        _length = 0;
    }

    private static byte[] ArrayOf(Lease<LeasedBytes> lease) =>
        MemoryMarshal.TryGetArray<byte>(lease.Value.Memory, out var segment)
            ? segment.Array!
            : throw new InvalidOperationException("leased bytes are not an array");

    private static ReadOnlySpan<byte> ActionOpening(BulkAction action) => action switch
    {
        BulkAction.Create => "{\"create\":{"u8,
        BulkAction.Index => "{\"index\":{"u8,
        BulkAction.Update => "{\"update\":{"u8,
        _ => "{\"delete\":{"u8,
    };

    private ref readonly Item At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count);
        return ref _items[index];
    }

    /// <returns>How long the value is as it was written.</returns>
    private int AppendMember(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> value, ref bool first)
    {
        if (value.IsEmpty)
        {
            return 0;
        }

        if (!first)
        {
            Append(","u8);
        }

        first = false;
        Append(opening);
        var start = _length;
        if (JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(value) < 0)
        {
            Append(value);
        }
        else
        {
            AppendEscaped(value);
        }

        var written = _length - start;
        Append("\""u8);
        return written;
    }

    /// <summary>Worst case: each byte becomes <c>\u00XX</c>.</summary>
    private void AppendEscaped(ReadOnlySpan<byte> value)
    {
        Reserve(checked(value.Length * 6));
        var status = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(
            value, _buffer.AsSpan(_length), out _, out var written);
        if (status != OperationStatus.Done)
        {
            throw new InvalidDataException("an action's member could not be written as JSON");
        }

        _length += written;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Reserve(int count)
    {
        var needed = (long)_length + Math.Max(count, 1);
        if (needed <= _buffer.Length)
        {
            return;
        }

        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (needed > BytesMax)
        {
            throw new InvalidDataException("a bulk request exceeds 1 GiB");
        }

        var larger = _pool.Rent((int)Math.Min(BytesMax, Math.Max(needed, _buffer.Length * 2L)));
        _buffer.AsSpan(0, _length).CopyTo(larger.Value.Span);
        _bytes.Dispose();
        _bytes = larger;
        _buffer = ArrayOf(larger);
    }

    private readonly record struct Item(
        int Start, int SourceStart, int End, long Tag, int IdStart, int IdLength, int IndexLength);
}
