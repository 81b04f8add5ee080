namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>One row of a message table.</summary>
internal sealed class FieldTable
{
    public FieldTable(string name, WireType type, bool isArray, string? structName, VersionRange versions, int line)
    {
        Name = name;
        Type = type;
        IsArray = isArray;
        StructName = structName;
        Versions = versions;
        Line = line;
    }

    public string Name { get; }

    public WireType Type { get; }

    public bool IsArray { get; }

    public string? StructName { get; }

    /// <summary>The versions of the message that have this field; outside them it keeps its default.</summary>
    public VersionRange Versions { get; }

    /// <summary>Zero-based line of the table file, for diagnostics.</summary>
    public int Line { get; }

    public VersionRange Nullable { get; set; }

    public int Tag { get; set; } = -1;

    public bool IsTagged => Tag >= 0;

    public string? Default { get; set; }

    public bool IsNullable => !Nullable.IsEmpty;

    public bool DefaultsToNull => Default == "null";

    /// <summary>A single struct in the tag section: made only when someone asks for it.</summary>
    public bool IsLazyStruct => IsTagged && !IsArray && Type == WireType.Struct && !IsNullable;
}
