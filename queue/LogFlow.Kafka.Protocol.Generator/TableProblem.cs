namespace LogFlow.Kafka.Protocol.Generator;

/// <summary>Something wrong with a table, and the zero-based line where it is.</summary>
internal sealed class TableProblem
{
    public TableProblem(int line, string text)
    {
        Line = line;
        Text = text;
    }

    public int Line { get; }

    public string Text { get; }
}
