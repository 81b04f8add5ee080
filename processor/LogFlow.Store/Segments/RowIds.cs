using System.Globalization;
using System.Text;

namespace LogFlow.Store;

/// <summary>The ids of a block's rows, put together from the columns that hold their parts.</summary>
internal sealed class RowIds
{
    private readonly DictionaryColumn? _topics;
    private readonly TextColumn? _manyTopics;
    private readonly NumberColumn? _partitions;
    private readonly NumberColumn? _offsets;
    private readonly NumberColumn? _parts;
    private readonly Column? _explicit;
    private readonly NumberColumn _sequences;
    private readonly Guid[] _topicIds = [];

    public RowIds(BlockScan scan)
    {
        _sequences = scan.LoadNumbers(FieldNames.Sequence)
            ?? throw new CorruptDataException("the block has no sequence column");
        _partitions = scan.LoadNumbers(FieldNames.Partition);
        _offsets = scan.LoadNumbers(FieldNames.Offset);
        _parts = scan.LoadNumbers(FieldNames.Part);
        _explicit = scan.TryLoad(FieldNames.Id);
        var topics = scan.TryLoad(FieldNames.Topic);
        _manyTopics = topics as TextColumn;
        _topics = topics as DictionaryColumn;
        if (_topics is not null)
        {
            _topicIds = new Guid[_topics.Entries.Length];
            for (var i = 0; i < _topicIds.Length; i++)
            {
                if (!DocumentId.TryParseTopic(_topics.Entries[i].Span, out _topicIds[i]))
                {
                    throw new CorruptDataException("the topic column holds what is no topic id");
                }
            }
        }
    }

    public long SequenceOf(int row) => _sequences.Values[row];

    public bool TryGetQueueId(int row, out DocumentId id)
    {
        id = default;
        if (_offsets is null || _partitions is null || !_offsets.Has(row))
        {
            return false;
        }

        var part = _parts is not null && _parts.Has(row) ? (int)_parts.Values[row] : 0;
        id = new DocumentId(TopicOf(row), (int)_partitions.Values[row], _offsets.Values[row], part);
        return true;
    }

    public bool HasExplicit(int row) => _explicit is not null && _explicit.Has(row);

    /// <summary>The id that another sender chose, or empty.</summary>
    public ReadOnlyMemory<byte> ExplicitOf(int row)
    {
        if (!HasExplicit(row))
        {
            return default;
        }

        var values = new List<FieldValue>(1);
        _explicit!.Collect(row, default, values);
        return values[0].Text;
    }

    public string Format(int row)
    {
        if (TryGetQueueId(row, out var id))
        {
            return id.ToString();
        }

        var text = ExplicitOf(row);
        return text.IsEmpty ? FormatSequence(SequenceOf(row)) : Encoding.UTF8.GetString(text.Span);
    }

    /// <summary>The id of a document that came without one.</summary>
    public static string FormatSequence(long sequence) => "seq-" + sequence.ToString(CultureInfo.InvariantCulture);

    private Guid TopicOf(int row)
    {
        if (_topics is not null)
        {
            return _topicIds[_topics.CodeOf(row) - 1];
        }

        return _manyTopics is not null && DocumentId.TryParseTopic(_manyTopics.Text(row).Span, out var topicId)
            ? topicId
            : default;
    }
}
