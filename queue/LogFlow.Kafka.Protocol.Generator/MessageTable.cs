namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>One message as its table declares it.</summary>
internal sealed class MessageTable
{
    public MessageTable(MessageKind kind, string name, int line)
    {
        Kind = kind;
        Name = name;
        ClassName = name + (kind == MessageKind.Data ? "" : kind.ToString());
        Root = new StructTable(ClassName, line);
    }

    public MessageKind Kind { get; }

    /// <summary>The API's name, without Request or Response.</summary>
    public string Name { get; }

    public string ClassName { get; }

    public int Key { get; set; } = -1;

    public VersionRange Versions { get; set; }

    /// <summary>The versions with compact lengths and tag sections; empty: none.</summary>
    public VersionRange Flexible { get; set; }

    public StructTable Root { get; }

    /// <summary>In order of declaration. A table may name a struct more than once; it is declared once.</summary>
    public List<StructTable> Structs { get; } = new();

    public StructTable? FindStruct(string name) => Structs.Find(candidate => candidate.Name == name);
}
