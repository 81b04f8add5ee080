namespace LogFlow.Store;

/// <summary>All keys seen by the tail's open blocks, as a tree; owned by the ingest turn.</summary>
internal sealed class FieldCatalog
{
    /// <summary>Beyond this many keys the tail closes its blocks and starts a new catalog.</summary>
    public const int NodeCountMax = 8192;

    private static readonly string[] InternalNames =
    [
        FieldNames.Index, FieldNames.Sequence, FieldNames.Topic, FieldNames.Partition, FieldNames.Offset,
        FieldNames.Part, FieldNames.Id,
    ];

    public FieldCatalog()
    {
        Root = new FieldNode(0, null, default);
        Count = 1;
        Internal = new FieldNode[InternalNames.Length];
        for (var i = 0; i < InternalNames.Length; i++)
        {
            Internal[i] = new FieldNode(Count++, Root, System.Text.Encoding.UTF8.GetBytes(InternalNames[i]));
        }
    }

    public FieldNode Root { get; }

    public int Count { get; private set; }

    public FieldNode Index => Internal[0];

    public FieldNode Sequence => Internal[1];

    public FieldNode Topic => Internal[2];

    public FieldNode Partition => Internal[3];

    public FieldNode Offset => Internal[4];

    public FieldNode Part => Internal[5];

    public FieldNode Id => Internal[6];

    private FieldNode[] Internal { get; }

    public FieldNode Add(FieldNode parent, ReadOnlySpan<byte> key)
    {
        var child = new FieldNode(Count++, parent, key);
        parent.Add(child);
        return child;
    }
}
