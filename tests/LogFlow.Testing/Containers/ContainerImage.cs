using DotNet.Testcontainers.Configurations;

namespace LogFlow.Testing;

/// <summary>
/// An image that tests run: made of this machine's programs by <c>make-images</c>, or its makers' own.
/// </summary>
/// <param name="Name">As tests name it.</param>
/// <param name="Registry">The registry of the makers' image; null: it exists only as made here.</param>
/// <param name="Makers">The makers' image.</param>
public sealed record ContainerImage(string Name, string? Registry, string? Makers)
{
    private const string DockerHub = "registry-1.docker.io";
    private const string Elastic = "docker.elastic.co";
    private const string ElasticVersion = "8.19.0";

    /// <summary>The JRE, for the servers of shared/servers.</summary>
    public static readonly ContainerImage Java = new("java", null, null);

    /// <summary>Redis 7.</summary>
    public static readonly ContainerImage Redis = new("redis", DockerHub, "redis:7");

    /// <summary>RabbitMQ.</summary>
    public static readonly ContainerImage RabbitMq = new("rabbitmq", DockerHub, "rabbitmq:4");

    /// <summary>PostgreSQL.</summary>
    public static readonly ContainerImage PostgreSql = new("postgresql", DockerHub, "postgres:17");

    /// <summary>Elasticsearch as its makers build it, with all modules.</summary>
    public static readonly ContainerImage FullElasticsearch =
        new("elasticsearch", Elastic, $"{Elastic}/elasticsearch/elasticsearch:{ElasticVersion}");

    /// <summary>Kibana, which exists only as its makers' image.</summary>
    public static readonly ContainerImage Kibana = new("kibana", Elastic, $"{Elastic}/kibana/kibana:{ElasticVersion}");

    /// <summary>Filebeat, which exists only as its makers' image.</summary>
    public static readonly ContainerImage Filebeat =
        new("filebeat", Elastic, $"{Elastic}/beats/filebeat:{ElasticVersion}");

    /// <summary>Logstash, which exists only as its makers' image.</summary>
    public static readonly ContainerImage Logstash =
        new("logstash", Elastic, $"{Elastic}/logstash/logstash:{ElasticVersion}");

    /// <summary>The name that <c>make-images</c> gives it.</summary>
    public string Local => $"localhost/logflow-{Name}:test";

    /// <summary>Whether the image made here is used.</summary>
    public bool IsLocal => ContainerEngine.HasImage(Local);

    /// <summary>Why it cannot be run; null where it can.</summary>
    public string? WhyMissing => ContainerEngine.WhyMissing
        ?? (IsLocal || (Makers is not null && (ContainerEngine.HasImage(Makers) || ContainerEngine.HasRegistry(Registry!)))
            ? null
            : Makers is null
                ? $"there is no image {Local} (tests/LogFlow.Testing/Containers/make-images)"
                : $"there is no image {Local} and no registry to pull {Makers} from");

    /// <summary>What to run.</summary>
    /// <exception cref="InvalidOperationException">It is not to be had.</exception>
    public string Resolve()
    {
        if (WhyMissing is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        if (IsLocal)
        {
            // The reaper is an image of a registry, too.
            TestcontainersSettings.ResourceReaperEnabled = false;
            return Local;
        }

        return Makers!;
    }
}
