namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>A message's own fields, or those of a struct nested in it.</summary>
internal sealed class StructTable
{
    public StructTable(string name, int line)
    {
        Name = name;
        Line = line;
    }

    public string Name { get; }

    public int Line { get; }

    public List<FieldTable> Fields { get; } = new();

    /// <summary>Whether the class needs <c>IsDefault</c>, because some field of this type is tagged.</summary>
    public bool NeedsIsDefault { get; set; }
}
