using System.Buffers;
using System.Text.Encodings.Web;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// Builds the items of a <c>_bulk</c> body in one pooled buffer: per item an action line and, but for delete, a source
/// line. The source is written by the caller straight into the buffer, between <see cref="BeginItem"/> and
/// <see cref="EndItem"/>. Not thread-safe while building; read-only and shareable afterwards.
/// </summary>
/// <remarks>
/// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
/// <code>{"create":{"_index":"I","_id":"X"}}\n{source}\n</code>
/// </remarks>
public sealed class BulkRequest : IBufferWriter<byte>, IDisposable
{
    private const int InitialBytes = 16 * 1024;

    private byte[] _buffer;
    private int _length;
    private int _itemStart = -1;
    private int _sourceStart;
    private BulkAction _action;
    private Item[] _items;
    private int _count;

    /// <param name="sizeHint">Expected size in bytes.</param>
    public BulkRequest(int sizeHint = InitialBytes)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, 1024));
        _items = ArrayPool<Item>.Shared.Rent(64);
    }

    /// <summary>Number of finished items.</summary>
    public int Count => _count;

    /// <summary>Size of the finished items in bytes: the body's length.</summary>
    public int SizeInBytes => _itemStart >= 0 ? _itemStart : _length;

    /// <summary>
    /// Starts an item. Empty <paramref name="index"/>, <paramref name="id"/>, <paramref name="pipeline"/> and
    /// <paramref name="routing"/> are left out of the action line. All are plain UTF-8; they are escaped here.
    /// </summary>
    public void BeginItem(
        BulkAction action,
        ReadOnlySpan<byte> index,
        ReadOnlySpan<byte> id,
        ReadOnlySpan<byte> pipeline = default,
        ReadOnlySpan<byte> routing = default)
    {
        if (_itemStart >= 0)
        {
            throw new InvalidOperationException("the previous item is not finished");
        }

        _itemStart = _length;
        _action = action;
        Append(ActionOpening(action));
        var first = true;
        AppendMember("\"_index\":\""u8, index, ref first);
        AppendMember("\"_id\":\""u8, id, ref first);
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
            Append(",\"doc_as_upsert\":true}"u8);
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

        _items[_count++] = new Item(_itemStart, _sourceStart, _length, tag);
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

    /// <summary>Forgets all items; the buffer is kept.</summary>
    public void Clear()
    {
        _length = 0;
        _count = 0;
        _itemStart = -1;
    }

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

    /// <summary>Gives the buffers back; nothing of the request may be used afterwards.</summary>
    public void Dispose()
    {
        if (_buffer.Length == 0)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(_buffer);
        ArrayPool<Item>.Shared.Return(_items);
        _buffer = [];
        _items = [];
        _count = 0;
        _length = 0;
    }

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

    private void AppendMember(ReadOnlySpan<byte> opening, ReadOnlySpan<byte> value, ref bool first)
    {
        if (value.IsEmpty)
        {
            return;
        }

        if (!first)
        {
            Append(","u8);
        }

        first = false;
        Append(opening);
        if (JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(value) < 0)
        {
            Append(value);
        }
        else
        {
            AppendEscaped(value);
        }

        Append("\""u8);
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

        if (needed > Array.MaxLength)
        {
            throw new InvalidDataException("a bulk request exceeds 2 GiB");
        }

        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, _buffer.Length * 2L)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private readonly record struct Item(int Start, int SourceStart, int End, long Tag);
}
