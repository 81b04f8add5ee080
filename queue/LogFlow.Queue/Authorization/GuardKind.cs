using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>The shapes that most guards have.</summary>
internal static class GuardKind
{
    /// <summary>Everybody may.</summary>
    public static ApiGuard<TRequest, TResponse> Open<TRequest, TResponse>()
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : class, IKafkaMessage<TResponse> =>
        new("nothing", static (_, _, _) => default);

    /// <summary>All or nothing, by one resource that the request names.</summary>
    public static ApiGuard<TRequest, TResponse> Whole<TRequest, TResponse>(
        AclOperation operation,
        AclResourceType type,
        Func<TRequest, string> name,
        Func<TRequest, ErrorCode, TResponse> refuse)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : class, IKafkaMessage<TResponse>
    {
        var error = ErrorOf(type);
        return new(
            $"{operation} {type}",
            (request, access, _) => access.May(operation, type, name(request))
                ? default
                : Admission<TResponse>.Refused(refuse(request, error)));
    }

    /// <summary>All or nothing, by what the client may do to the cluster.</summary>
    public static ApiGuard<TRequest, TResponse> Cluster<TRequest, TResponse>(
        AclOperation operation, Func<TRequest, ErrorCode, TResponse> refuse)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : class, IKafkaMessage<TResponse> =>
        Whole(operation, AclResourceType.Cluster, static _ => AclBinding.ClusterName, refuse);

    /// <summary>
    /// One by one: what is refused does not reach the handler, which is not asked where nothing is left.
    /// </summary>
    public static ApiGuard<TRequest, TResponse> Each<TRequest, TResponse, TItem>(
        AclOperation operation,
        AclResourceType type,
        Func<TRequest, List<TItem>> items,
        Func<TItem, string> name,
        Action<TResponse, TItem, ErrorCode> refuse)
        where TRequest : IKafkaRequest<TRequest, TResponse>
        where TResponse : class, IKafkaMessage<TResponse>, new()
    {
        var error = ErrorOf(type);
        return new($"{operation} {type} of each", (request, access, _) => AdmitEach<TResponse, TItem>(
            items(request), item => access.May(operation, type, name(item)), (answer, item) =>
                refuse(answer, item, error)));
    }

    /// <summary>Takes out of the list what may not be; the answer says so of each.</summary>
    public static Admission<TResponse> AdmitEach<TResponse, TItem>(
        List<TItem> items, Func<TItem, bool> may, Action<TResponse, TItem> refuse)
        where TResponse : class, new()
    {
        var refused = TakeRefused(items, may);
        if (refused.Count == 0)
        {
            return default;
        }

        if (items.Count > 0)
        {
            return Admission<TResponse>.Then(AddRefused);
        }

        var answer = new TResponse();
        AddRefused(answer);
        return Admission<TResponse>.Refused(answer);

        void AddRefused(TResponse response)
        {
            foreach (var item in refused)
            {
                refuse(response, item);
            }
        }
    }

    /// <summary>Takes out of the list what may not be, and returns it.</summary>
    public static List<TItem> TakeRefused<TItem>(List<TItem> items, Func<TItem, bool> may)
    {
        var refused = new List<TItem>();
        items.RemoveAll(item =>
        {
            var isRefused = !may(item);
            if (isRefused)
            {
                refused.Add(item);
            }

            return isRefused;
        });
        return refused;
    }

    /// <summary>Kafka's error for a resource that the client may not touch.</summary>
    public static ErrorCode ErrorOf(AclResourceType type) => type switch
    {
        AclResourceType.Topic => ErrorCode.TopicAuthorizationFailed,
        AclResourceType.Group => ErrorCode.GroupAuthorizationFailed,
        AclResourceType.TransactionalId => ErrorCode.TransactionalIdAuthorizationFailed,
        AclResourceType.Cluster => ErrorCode.ClusterAuthorizationFailed,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no request is about it"),
    };

    /// <summary>Kafka's words for it, where an answer has a place for words.</summary>
    public static string MessageOf(ErrorCode error) => error switch
    {
        ErrorCode.TopicAuthorizationFailed => "Topic authorization failed.",
        ErrorCode.GroupAuthorizationFailed => "Group authorization failed.",
        ErrorCode.TransactionalIdAuthorizationFailed => "Transactional Id authorization failed.",
        ErrorCode.ClusterAuthorizationFailed => "Cluster authorization failed.",
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "no error of authorization"),
    };
}
