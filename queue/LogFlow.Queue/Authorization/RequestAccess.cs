using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>What the client behind one request may do; the default value: everything.</summary>
internal readonly struct RequestAccess
{
    private readonly Authorizer? _authorizer;
    private readonly AccessTable? _table;
    private readonly ClientConnection _connection;

    /// <param name="authorizer">Null: there is none, everybody may do everything.</param>
    /// <param name="table">What each API needs.</param>
    /// <param name="connection">Whose request it is.</param>
    public RequestAccess(Authorizer? authorizer, AccessTable? table, ClientConnection connection)
    {
        _authorizer = authorizer;
        _table = table;
        _connection = connection;
    }

    /// <summary>Whether there is anything to ask.</summary>
    public bool IsLimited => _authorizer is not null;

    /// <summary>What stands before requests of this kind.</summary>
    public ApiGuard<TRequest, TResponse> GuardOf<TRequest, TResponse>()
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : class, IKafkaMessage<TResponse> =>
        (ApiGuard<TRequest, TResponse>)_table!.Find(TRequest.ApiKey)!;

    /// <summary>Whether the client may; a refusal is counted and said.</summary>
    public bool May(AclOperation operation, AclResourceType type, string name)
    {
        if (MayQuietly(operation, type, name))
        {
            return true;
        }

        _authorizer!.Refused(_connection.Principal, _connection.Host, operation, type, name);
        return false;
    }

    /// <summary>The same of the cluster.</summary>
    public bool MayInCluster(AclOperation operation) =>
        May(operation, AclResourceType.Cluster, AclBinding.ClusterName);

    /// <summary>Whether the client may, where "no" only means to show less.</summary>
    public bool MayQuietly(AclOperation operation, AclResourceType type, string name) =>
        _authorizer is null
        || _authorizer.IsAllowed(_connection.Principal, _connection.Host, operation, type, name);

    /// <summary>The same of the cluster.</summary>
    public bool MayQuietlyInCluster(AclOperation operation) =>
        MayQuietly(operation, AclResourceType.Cluster, AclBinding.ClusterName);

    /// <summary>Whether there may be a resource of the type to which the client may do it.</summary>
    public bool MaySomewhere(AclOperation operation, AclResourceType type) =>
        _authorizer is null
        || _authorizer.IsAllowedSomewhere(_connection.Principal, _connection.Host, operation, type);

    /// <summary>Of the operations in <paramref name="bits"/> (a bit for each number) those that the client may do.
    /// </summary>
    public int Narrow(int bits, AclResourceType type, string name)
    {
        for (var operation = AclOperation.Read; operation <= AclOperation.TwoPhaseCommit; operation++)
        {
            var bit = 1 << (int)operation;
            if ((bits & bit) != 0 && !MayQuietly(operation, type, name))
            {
                bits &= ~bit;
            }
        }

        return bits;
    }
}
