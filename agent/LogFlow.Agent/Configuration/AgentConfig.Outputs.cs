using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Where lines go: any number of outputs, each a pipeline of its own.</summary>
public partial class AgentConfig
{
    private KafkaOutputConfig _kafka = new();
    private bool _isKafkaWritten;

    /// <summary>A Kafka-protocol queue; also what is used where no output is written.</summary>
    [ConfigKey("output.kafka")]
    public KafkaOutputConfig Kafka
    {
        get => _kafka;
        set => (_kafka, _isKafkaWritten) = (value, true);
    }

    /// <summary>Elasticsearch or OpenSearch.</summary>
    [ConfigKey("output.elasticsearch")]
    public ElasticsearchOutputConfig? Elasticsearch { get; set; }

    /// <summary>Logstash, or whatever else speaks Lumberjack 2.</summary>
    [ConfigKey("output.logstash")]
    public LogstashOutputConfig? Logstash { get; set; }

    /// <summary>The outputs that are used. The order is for ever: see <see cref="RegistryFolders"/>.</summary>
    internal List<OutputTarget> Targets()
    {
        var targets = new List<OutputTarget>();
        if (Elasticsearch is { Enabled: true } elasticsearch)
        {
            targets.Add(new ElasticsearchTarget(elasticsearch, MemoryQueue) { Name = "elasticsearch" });
        }

        if (Logstash is { Enabled: true } logstash)
        {
            targets.Add(new LogstashTarget(logstash, MemoryQueue) { Name = "logstash" });
        }

        if (Kafka.Enabled && (_isKafkaWritten || targets.Count == 0))
        {
            targets.Insert(0, new KafkaTarget(Kafka, MemoryQueue) { Name = "kafka" });
        }

        return targets;
    }

    /// <summary>The inputs whose lines go to an output.</summary>
    internal List<InputConfig> InputsOf(OutputTarget output) =>
        [.. Inputs.Where(input => input.Enabled && (input.Outputs.Count == 0 || input.Outputs.Contains(output.Name)))];

    private void ValidateOutputs(List<ConfigProblem> problems)
    {
        var targets = Targets();
        if (targets.Count == 0)
        {
            problems.Add(new ConfigProblem("output", "no output is enabled"));
        }

        foreach (var target in targets)
        {
            var needed = 2L * target.Options.BatchBytesMax;
            if (MemoryQueue.Bytes.Bytes < needed)
            {
                problems.Add(new ConfigProblem(
                    "queue.mem.bytes", $"must be {needed} or more: twice the largest batch of {target.Key}"));
            }
        }

        var names = targets.Select(static target => target.Name).ToList();
        foreach (var name in Inputs.SelectMany(static input => input.Outputs).Distinct())
        {
            if (!names.Contains(name))
            {
                problems.Add(new ConfigProblem(
                    "filebeat.inputs",
                    $"an input's output '{name}' is not there; enabled outputs are {string.Join(", ", names)}"));
            }
        }
    }
}
