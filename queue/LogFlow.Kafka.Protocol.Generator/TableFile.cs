namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>What was read from one <c>.kafka</c> file. Messages are complete only when there are no problems.</summary>
internal sealed class TableFile
{
    public TableFile(string path)
    {
        Path = path;
    }

    public string Path { get; }

    public List<MessageTable> Messages { get; } = new();

    public List<TableProblem> Problems { get; } = new();
}
